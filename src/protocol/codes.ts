/**
 * The numbers on the wire. `docs/protocol.md` tells what they mean; a test keeps them unique and
 * pins them beside the protocol's version.
 *
 * @module
 */

/** Version of the protocol: a player and a server that differ in it do not talk. */
export const PROTOCOL_VERSION = 1;

/** First byte of a message. Events and pings share one numbering for both directions. */
export const Frame = {
  /** Player: the handshake, JSON. */
  HELLO: 0x01,
  /** Server: the answer to hello, JSON. */
  WELCOME: 0x02,
  /** Server: numbered patches. */
  PATCH: 0x10,
  /** Server: a deflated frame (raw DEFLATE of another frame, type byte included). */
  DEFLATED: 0x13,
  /** Server: an error, JSON `{code, message?, id?}`. */
  ERROR: 0x14,
  /** Server: the effects of events up to this number outlive this server. */
  DURABLE: 0x15,
  /** Player: an event for a handler. */
  EVENT: 0x20,
  /** Player: a live navigation, JSON. */
  NAVIGATE: 0x21,
  /** Player: patches applied so far, when no event says so. */
  ACK: 0x22,
  /** Either: are you there; answered by PONG. */
  PING: 0x23,
  /** Either: yes. */
  PONG: 0x24,
  /** Player: send this region whole. */
  RENDER: 0x25,
  /** Player: platform facts that changed, JSON. */
  CLIENT: 0x26,
} as const;

/** First byte of an operation inside a PATCH frame. */
export const Op = {
  /** Following operations belong to another region. */
  REGION: 0x00,
  TEXT: 0x01,
  ATTR: 0x02,
  REMOVE_ATTR: 0x03,
  INSERT: 0x04,
  REMOVE: 0x05,
  MOVE: 0x06,
  REPLACE: 0x07,
  VALUE: 0x08,
  /** Set or clear a boolean property and its attribute. */
  PROPERTY: 0x09,
  /** Replace a list item or component by another value. */
  SUBSTITUTE: 0x0a,
  FOCUS: 0x0b,
  SWAP: 0x0c,
  /** A head entry, JSON. */
  HEAD: 0x0d,
  /** A region's whole markup. */
  RENDER: 0x0e,
  /** Set an element's raw HTML content. */
  HTML: 0x0f,
  /** A custom event in the page: name, JSON. */
  EMIT: 0x10,
  /** Show the frame's changes as one view transition; stands first. */
  TRANSITION: 0x11,
  /** A ticket for the page's new session cookie. */
  TICKET: 0x12,
  URL_PUSH: 0x30,
  URL_REPLACE: 0x31,
  NAVIGATE_PUSH: 0x32,
  NAVIGATE_REPLACE: 0x33,
  ASYNC_REPLACE: 0x40,
  NATIVE_VIEW: 0x50,
  NATIVE_NAVIGATE: 0x51,
  NATIVE_HAPTIC: 0x52,
  NATIVE_SHARE: 0x53,
} as const;

/** How a value in a slot begins. */
export const Tag = {
  EMPTY: 0,
  TEXT: 1,
  LIST: 2,
  RAW: 3,
  /** An async region's placeholder. */
  ASYNC: 4,
  /** Template number 0; number n is TEMPLATE + n. */
  TEMPLATE: 8,
} as const;

/** How the value of an attribute begins. */
export const AttrTag = { NONE: 0, TEXT: 1, TRUE: 2 } as const;

/** Why a connection was closed, as a WebSocket says it. */
export const CloseCode = {
  GOING_AWAY: 1001,
  PROTOCOL: 1002,
  /** Never sent: what the other side makes of a connection that broke. */
  BROKEN: 1006,
  REFUSED: 1008,
  TOO_LARGE: 1009,
  TRY_LATER: 1013,
} as const;
