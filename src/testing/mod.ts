/**
 * The testing kit: mounts a page of an app in the test's own process, acts on it as a person does,
 * and waits for what comes of it.
 *
 * @module
 */
export { mount, type MountOptions } from "./mount.ts";
export { type SessionSeed, View } from "./view.ts";
export type * from "../player/mod.ts";
export type { RoleTarget, Target, TextTarget } from "./target.ts";
export { TestNetwork } from "./network.ts";
export { TestClock } from "./clock.ts";
export { TestingError, type TestingErrorCode } from "./errors.ts";
export type { TestApp } from "./visitor.ts";
