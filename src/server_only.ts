/**
 * A mark: `import "@vango/vango/server-only";` says that a module must never reach a browser. A
 * bundle for offline pages that would hold such a module is refused.
 *
 * @module
 */
export {};
