/**
 * Every number that bounds the sessions, and why it is that number.
 */

/** A `Cookie` header past this is not looked at: browsers send at most 4 KB a cookie. */
export const MAX_COOKIE_HEADER = 8 * 1024;

/** Cookies of our name that are tried; more than one is already somebody else's doing. */
export const MAX_COOKIE_CANDIDATES = 4;

/** A signed session cookie is about 110 characters long. */
export const MAX_COOKIE_VALUE = 256;

/** A token travels in a page, a header or a hello frame: 4 KB leaves room in each. */
export const MAX_TOKEN = 4 * 1024;

/** HMAC-SHA-256 takes keys of any length; below 32 characters they can be guessed. */
export const MIN_SECRET = 32;

/** Each secret costs one HMAC for each forged cookie: two or three are a rotation. */
export const MAX_SECRETS = 8;

/** A whole session, encoded. NATS takes messages of 1 MB; a session is read at every request. */
export const MAX_SESSION_BYTES = 256 * 1024;

/** Objects within objects, in one value. Deep enough for documents, far from the stack's end. */
export const MAX_VALUE_DEPTH = 64;

/** Objects, entries and items in one value: bounds the time of one `set`. */
export const MAX_VALUE_NODES = 100_000;

/** Characters in the name of a value, and in a user's id. */
export const MAX_KEY = 256;

/** A `User-Agent` is kept for display; real ones stay under 300 characters. */
export const MAX_USER_AGENT = 512;

/** Addresses in `X-Forwarded-For` that are looked at, from our end: nobody has 32 proxies. */
export const MAX_FORWARDED_HOPS = 32;

/** Saves that lose against another writer before one save gives up and waits its turn. */
export const MAX_SAVE_ATTEMPTS = 16;

/** The longest pause between two of them, in milliseconds: about a second for all together. */
export const MAX_CONFLICT_PAUSE = 150;

/** Sessions with unsaved changes during a store's outage: about 64 MB at the usual few KB. */
export const MAX_QUEUED_SESSIONS = 10_000;

/** Bytes of unsaved changes during a store's outage. */
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** Saves that run at the same time: enough to fill a network's round trip, not a store's queue. */
export const MAX_PARALLEL_SAVES = 16;

/** Log-ins over a socket must be redeemed within this many milliseconds. */
export const TICKET_TTL = 60_000;

/** How long an id that gave way to another is remembered: longer than requests are under way. */
export const ENDED_MEMORY = 30_000;

/** How many such ids: log-ins of one node within that time. */
export const MAX_ENDED_IDS = 10_000;
