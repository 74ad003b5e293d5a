/**
 * Tools for development. Nothing of it is served in production.
 *
 * @module
 */
export { syncDevtools } from "./sync_devtools.tsx";
