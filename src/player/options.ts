/**
 * What a player is, and what it needs around it.
 *
 * @module
 */
import type { ClientFacts } from "../ctx/client_facts.ts";
import type { PlayerClock } from "./clock.ts";
import type { PlayerRecord } from "./record.ts";
import type { OpenTransport } from "./transport.ts";
import type { PostForm } from "./upload.ts";

/** What the player says of itself in its handshake. */
export type PlayerFacts = ClientFacts;

/** Shows a native component. @param props Plain data, as the server sent it. */
export type NativeComponent = (props: unknown) => void;

/** Options of a {@linkcode Player}. */
export interface PlayerOptions {
  /** Opens a connection: called again whenever the player comes back. */
  readonly open: OpenTransport;
  /** The page's address, for links. Default: `http://localhost/`. */
  readonly url?: string;
  /** Default: a desktop browser without a touch screen, 1280 × 800. */
  readonly facts?: Partial<PlayerFacts>;
  /** The player's own version, for logs. */
  readonly version?: string;
  /** Default: the machine's clock. */
  readonly clock?: PlayerClock;
  /** Whether frames may be deflated. Default: true. */
  readonly deflate?: boolean;
  /**
   * Redeems a ticket for a new session cookie by a POST to `/_vango/session`; resolves to the page
   * token to use from now on. Without it tickets are only recorded.
   */
  readonly redeem?: (ticket: string, token: string) => Promise<string>;
  /** Posts forms with files. Without it their events say which files were chosen, and no more. */
  readonly upload?: PostForm;
  /** Native components by the names that the server knows them by; each is shown its props. */
  readonly components?: Readonly<Record<string, NativeComponent>>;
  /** Is told of everything that happens besides patches. */
  readonly onRecord?: (record: PlayerRecord) => void;
}
