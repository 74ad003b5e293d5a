/**
 * Vango: server-driven UI on web standards.
 *
 * @module
 */
export type { Component, ComponentResult, Page, Renderable } from "./src/contract/component.ts";
export type {
  AsyncComponent,
  AsyncCtx,
  AsyncOptions,
  Batch,
  BatchTask,
  RegionBatch,
} from "./src/contract/async.ts";
export type {
  Capabilities,
  ClientCtx,
  Haptic,
  NativeNavigation,
  PlayerPlatform,
  ScreenSize,
  ShareData,
} from "./src/contract/client.ts";
export type { Ctx, RedirectOptions } from "./src/contract/ctx.ts";
export type * from "./src/contract/events.ts";
export type * from "./src/contract/sync.ts";
export type { DeclaredKey, Session, SessionData } from "./src/contract/session.ts";
export {
  batch,
  computed,
  effect,
  onCleanup,
  onMount,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from "./src/signals/signals.ts";
export type { SignalOptions } from "./src/signals/owner.ts";
export { dangerouslyUnescapedHtml, Handler, type HandlerOptions, RawHtml } from "./src/jsx/node.ts";
export { on } from "./src/jsx/on.ts";
export { Fragment } from "./src/jsx/element.ts";
export { TemplateError, type TemplateErrorCode } from "./src/jsx/errors.ts";
export { createVango, type Vango, type VangoStats } from "./src/server/vango.ts";
export type { OfflineOptions } from "./src/server/offline.ts";
export { ConfigError, type PageOptions, type VangoOptions } from "./src/server/options.ts";
export type { VangoSyncOptions } from "./src/server/sync_options.ts";
export { SyncError, type SyncErrorCode } from "./src/sync/errors.ts";
export { RedirectError } from "./src/live/site_path.ts";
export type { Platform, UpgradedSocket } from "./src/contract/platform.ts";
export { ErrorBoundary, type ErrorBoundaryProps } from "./src/ui/error_boundary.ts";
export { Badge, type BadgeProps, type BadgeVariant } from "./src/ui/badge.tsx";
export { Card, type CardProps, ErrorCard, type ErrorCardProps } from "./src/ui/card.tsx";
export { ConflictResolver, type ConflictResolverProps } from "./src/ui/conflict_resolver.tsx";
export {
  type ConflictChoices,
  type ConflictField,
  conflictFields,
  type ConflictSide,
  mergeConflict,
} from "./src/ui/conflict_fields.ts";
export type { ConflictTexts } from "./src/ui/conflict_texts.ts";
export {
  describeSync,
  type SyncBadge,
  type SyncBadgeKind,
  SyncStatus,
  type SyncStatusProps,
} from "./src/ui/sync_status.tsx";
export { Skeleton, type SkeletonProps } from "./src/ui/skeleton.tsx";
export { type HeadAttributes, Link, Meta, Script, Title } from "./src/ui/head.ts";
export type { Context, Hono, MiddlewareHandler } from "hono";
export type {
  AsyncNode,
  Attr,
  ComponentFunction,
  ComponentNode,
  TemplateNode,
} from "./src/jsx/node.ts";
export type { AnyHono } from "./src/server/options.ts";
export type { RegistryOptions, RegistryStats } from "./src/server/registry.ts";
export type { DocumentAttributes } from "./src/server/document.ts";
export type { EventSlot, RcdataParts, Template } from "./src/jsx/template.ts";
export type { RefusalKind } from "./src/server/refusals.ts";
