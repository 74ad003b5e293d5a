/**
 * How a device says whose it is. A name is enough for an example; an app of yours gives out tokens
 * that nobody can guess, when somebody logs in.
 *
 * @module
 */

/** What a device of this user sends. */
export function tokenOf(user: string): string {
  return `todos.${encodeURIComponent(user)}`;
}

/** Who sends a request; `undefined` when it has no token. */
export function userOf(request: Request): { userId: string } | undefined {
  const [, name] = /^Bearer todos\.([\w.%~-]+)$/.exec(request.headers.get("authorization") ?? "") ??
    [];
  try {
    return name === undefined ? undefined : { userId: decodeURIComponent(name) };
  } catch {
    return undefined;
  }
}
