// Tells the page where its visitor is, because a day begins there at another time than on the
// server; again when a day is over.

let day = "";

function tell() {
  day = new Date().toDateString();
  const detail = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.querySelector("[data-here]")?.dispatchEvent(new CustomEvent("here", { detail }));
}

document.addEventListener("vango:live", tell);
if (document.documentElement.classList.contains("vango-live")) tell();
setInterval(() => {
  if (new Date().toDateString() !== day) tell();
}, 20_000);
