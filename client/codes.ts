/**
 * The numbers on the wire as constants that the bundler writes in place. Their types are those of
 * `src/protocol/codes.ts` and `src/jsx/template.ts`: a number that differs does not compile.
 *
 * @module
 */
import type { AttrTag, Frame, Op, Tag } from "../src/protocol/codes.ts";
import type { PROTOCOL_VERSION } from "../src/protocol/codes.ts";
import type { Hole } from "../src/jsx/template.ts";
import type { MAX_DOWN_FRAME, MAX_PENDING_EVENTS, MAX_UP_FRAME } from "../src/protocol/limits.ts";

type Frames = typeof Frame;
type Ops = typeof Op;
type Tags = typeof Tag;
type AttrTags = typeof AttrTag;
type Holes = typeof Hole;

export const VERSION: typeof PROTOCOL_VERSION = 1;
export const MOST_PENDING: typeof MAX_PENDING_EVENTS = 1024;
export const LARGEST_FRAME: typeof MAX_UP_FRAME = 262144;
export const LARGEST_INFLATED: typeof MAX_DOWN_FRAME = 67108864;

export const WELCOME: Frames["WELCOME"] = 2;
export const PATCH: Frames["PATCH"] = 16;
export const DEFLATED: Frames["DEFLATED"] = 19;
export const DURABLE: Frames["DURABLE"] = 21;
export const ERROR: Frames["ERROR"] = 20;
export const HELLO: Frames["HELLO"] = 1;
export const EVENT: Frames["EVENT"] = 32;
export const NAVIGATE: Frames["NAVIGATE"] = 33;
export const ACK: Frames["ACK"] = 34;
export const PING: Frames["PING"] = 35;
export const PONG: Frames["PONG"] = 36;
export const ASK_RENDER: Frames["RENDER"] = 37;
export const CLIENT: Frames["CLIENT"] = 38;

export const REGION: Ops["REGION"] = 0;
export const TEXT: Ops["TEXT"] = 1;
export const ATTR: Ops["ATTR"] = 2;
export const REMOVE_ATTR: Ops["REMOVE_ATTR"] = 3;
export const INSERT: Ops["INSERT"] = 4;
export const REMOVE: Ops["REMOVE"] = 5;
export const MOVE: Ops["MOVE"] = 6;
export const REPLACE: Ops["REPLACE"] = 7;
export const VALUE: Ops["VALUE"] = 8;
export const PROPERTY: Ops["PROPERTY"] = 9;
export const SUBSTITUTE: Ops["SUBSTITUTE"] = 10;
export const FOCUS: Ops["FOCUS"] = 11;
export const SWAP: Ops["SWAP"] = 12;
export const HEAD: Ops["HEAD"] = 13;
export const RENDER: Ops["RENDER"] = 14;
export const HTML: Ops["HTML"] = 15;
export const EMIT: Ops["EMIT"] = 16;
export const TRANSITION: Ops["TRANSITION"] = 17;
export const TICKET: Ops["TICKET"] = 18;
export const URL_PUSH: Ops["URL_PUSH"] = 48;
export const URL_REPLACE: Ops["URL_REPLACE"] = 49;
export const NAVIGATE_PUSH: Ops["NAVIGATE_PUSH"] = 50;
export const NAVIGATE_REPLACE: Ops["NAVIGATE_REPLACE"] = 51;
export const ASYNC_REPLACE: Ops["ASYNC_REPLACE"] = 64;
export const NATIVE_VIEW: Ops["NATIVE_VIEW"] = 80;
export const NATIVE_NAVIGATE: Ops["NATIVE_NAVIGATE"] = 81;
export const NATIVE_HAPTIC: Ops["NATIVE_HAPTIC"] = 82;
export const NATIVE_SHARE: Ops["NATIVE_SHARE"] = 83;

export const EMPTY_VALUE: Tags["EMPTY"] = 0;
export const TEXT_VALUE: Tags["TEXT"] = 1;
export const LIST_VALUE: Tags["LIST"] = 2;
export const RAW_VALUE: Tags["RAW"] = 3;
export const ASYNC_VALUE: Tags["ASYNC"] = 4;
export const TEMPLATE_VALUE: Tags["TEMPLATE"] = 8;

export const ATTR_NONE: AttrTags["NONE"] = 0;
export const ATTR_TEXT: AttrTags["TEXT"] = 1;

export const HOLE_FILL: Holes["FILL"] = 0;
export const HOLE_CHILD: Holes["CHILD"] = 1;
export const HOLE_ATTR: Holes["ATTR"] = 2;
export const HOLE_BOOL: Holes["BOOL"] = 3;
export const HOLE_PROPERTY: Holes["PROPERTY"] = 4;
export const HOLE_TEXTAREA: Holes["TEXTAREA"] = 5;
export const HOLE_SELECT: Holes["SELECT"] = 6;
export const HOLE_RCDATA: Holes["RCDATA"] = 8;
export const HOLE_HTML: Holes["HTML"] = 9;
