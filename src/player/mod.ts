/**
 * The headless player: plays live pages without a browser.
 *
 * @module
 */
export { Player } from "./player.ts";
export { type ClientFacts, formatFacts } from "../ctx/client_facts.ts";
export type { NativeComponent, PlayerFacts, PlayerOptions } from "./options.ts";
export { type PageHost, PlayerPage } from "./page.ts";
export { PlayerUser, type UserPort } from "./user.ts";
export type { TreeNode } from "./dom.ts";
export type { WelcomeMode } from "../protocol/down.ts";
export type { Platform, ScreenInfo } from "../protocol/hello.ts";
export type { NativeRequest } from "../protocol/patch_reader.ts";
export type { PlayerError, PlayerRecord, PlayerState, RecordOf } from "./record.ts";
export { type PlayerClock, systemClock, type Timer } from "./clock.ts";
export {
  type OpenTransport,
  type PlayerTransport,
  type SocketLike,
  type TransportListener,
  webSocketTransport,
} from "./transport.ts";
export { Namespace, PlayerComment, PlayerElement, type PlayerNode, PlayerText } from "./dom.ts";
export type { PostForm } from "./upload.ts";
export type { ControlValue, PlayerFile } from "./controls.ts";
export type { EventInit, EventOutcome, HeardEvent } from "./events.ts";
export {
  byRole,
  byText,
  matches,
  nameOf,
  queryAll,
  roleOf,
  type RoleOptions,
  shownText,
} from "./query.ts";
export { innerMarkup, markup, type MarkupOptions } from "./serialize.ts";
