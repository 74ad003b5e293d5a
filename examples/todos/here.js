// Tells the page where its visitor is, because a day begins there at another time than on the
// server; again when a day is over.

let day = new Date().toDateString();

function tell() {
  const today = new Date().toDateString();
  const detail = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const page = document.querySelector("[data-here]");
  // What is known already is not said again.
  if (today === day && page?.dataset.here === detail) return;
  day = today;
  page?.dispatchEvent(new CustomEvent("here", { detail }));
}

// Not at once: a page that another place goes on with is rendered anew first.
document.addEventListener("vango:live", () => setTimeout(tell, 200));
if (document.documentElement.classList.contains("vango-live")) tell();
setInterval(tell, 20_000);
