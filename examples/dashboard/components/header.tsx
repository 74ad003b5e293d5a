/**
 * The page's head: what this is, who watches, whether it is live.
 *
 * @module
 */
import type { Renderable, Signal } from "@vango/vango";
import { sampler } from "../state/machine.ts";
import type { Person, Theme } from "../state/people.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Presence } from "./presence.tsx";

interface HeaderProps {
  readonly me: Person;
  readonly theme: Signal<Theme>;
}

/** The bar at the top. */
export function Header({ me, theme }: HeaderProps): Renderable {
  return (
    <header class="top">
      <svg class="logo" viewBox="0 0 28 28" aria-hidden="true">
        <rect width="28" height="28" rx="7" />
        <path d="M6 15h4l2.5-7 4 12 2.5-7H22" />
      </svg>
      <div class="where">
        <h1>{sampler.host.name}</h1>
        <p>{sampler.host.system}</p>
      </div>
      <Presence me={me} />
      <Connection />
      <ThemeChoice theme={theme} />
    </header>
  );
}

/** The browser's player sets classes on the document; the stylesheet shows the text that fits. */
function Connection(): Renderable {
  return (
    <p class="connection">
      <span class="when-live">Live</span>
      <span class="when-offline">Offline</span>
      <span class="when-connecting">Connecting</span>
    </p>
  );
}

const THEMES: readonly { value: Theme; text: string; icon: IconName }[] = [
  { value: "system", text: "As the system", icon: "auto" },
  { value: "light", text: "Light", icon: "sun" },
  { value: "dark", text: "Dark", icon: "moon" },
];

/** Kept in the session: every tab of this browser follows. */
function ThemeChoice({ theme }: { theme: Signal<Theme> }): () => Renderable {
  return () => (
    <fieldset class="themes">
      <legend class="hidden">Colours</legend>
      {THEMES.map(({ value, text, icon }) => (
        <label key={value} title={text}>
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme.value === value}
            onchange={() => theme.value = value}
          />
          <Icon name={icon} />
          <span class="hidden">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Shown by the browser's player while the connection is lost. */
export function OfflineBanner(): Renderable {
  return (
    <div class="offline" data-vango-offline hidden aria-live="polite">
      <Icon name="offline" />
      <p>
        <b>Connection lost.</b> These are the last figures; what you type stays. Trying again…
      </p>
    </div>
  );
}
