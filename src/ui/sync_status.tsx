/** @jsxImportSource @vango/vango */
/**
 * A badge that says whether what was written has arrived.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import type * as contract from "../contract/sync.ts";
import { componentStyle, useStyle } from "./style.ts";

/** What `ctx.sync.status` says; the component of this name shows it. */
export type SyncStatus = contract.SyncStatus;

/** What a badge is about, the most urgent first. */
export type SyncBadgeKind =
  | "refused"
  | "conflicts"
  | "unsent"
  | "upgrade"
  | "signed-out"
  | "offline"
  | "loading"
  | "syncing"
  | "pending"
  | "synced";

/** A status in a few words. */
export interface SyncBadge {
  /** What it is about. */
  readonly kind: SyncBadgeKind;
  /** What it says. */
  readonly text: string;
  /** Whether somebody should do something about it. */
  readonly isUrgent: boolean;
}

/** Milliseconds after which a write that was not sent is worth a warning. */
const WORRYING = 24 * 3_600_000;

/**
 * A status in a few words, for a badge of your own.
 *
 * @example
 * ```ts
 * import { describeSync } from "./sync_status.tsx";
 * const badge = describeSync({
 *   phase: "waiting",
 *   online: false,
 *   syncing: false,
 *   pending: 2,
 *   oldestPendingAge: 3 * 24 * 3_600_000,
 *   lastSync: undefined,
 *   lastError: undefined,
 *   conflicts: 0,
 *   dead: 0,
 *   skewMs: undefined,
 *   initial: undefined,
 *   stuck: false,
 * });
 * console.assert(badge.text === "Unsent for 3 days");
 * ```
 */
export function describeSync(status: SyncStatus): SyncBadge {
  const { dead, conflicts, pending, phase, initial } = status;
  const urgent = (kind: SyncBadgeKind, text: string) => ({ kind, text, isUrgent: true });
  const calm = (kind: SyncBadgeKind, text: string) => ({ kind, text, isUrgent: false });
  if (dead > 0) {
    return urgent("refused", dead === 1 ? "1 change refused" : `${dead} changes refused`);
  }
  if (conflicts > 0) {
    return urgent("conflicts", conflicts === 1 ? "1 conflict" : `${conflicts} conflicts`);
  }
  const age = status.oldestPendingAge ?? 0;
  if (age >= WORRYING) return urgent("unsent", `Unsent for ${sayAge(age)}`);
  if (phase === "upgrade") return urgent("upgrade", "Update needed");
  if (phase === "signed-out" || phase === "wrong-user") {
    return urgent("signed-out", pending > 0 ? `Sign in to send ${pending}` : "Sign in to sync");
  }
  if (status.stuck) return urgent("unsent", `${pending} not sent`);
  if (phase === "loading" || initial) {
    const share = initial && initial.total > 0
      ? Math.min(99, Math.floor(initial.done / initial.total * 100))
      : undefined;
    return calm("loading", share === undefined ? "Loading…" : `Loading ${share} %`);
  }
  if (status.syncing) return calm("syncing", pending > 0 ? `Syncing ${pending}…` : "Syncing…");
  if (!status.online) {
    return calm("offline", pending > 0 ? `Offline, ${pending} unsent` : "Offline");
  }
  return pending > 0 ? calm("pending", `${pending} unsent`) : calm("synced", "Synced");
}

/** Whole days. */
function sayAge(age: number): string {
  const days = Math.floor(age / WORRYING);
  return days === 1 ? "1 day" : `${days} days`;
}

/** Props of {@linkcode SyncStatus}. */
export interface SyncStatusProps {
  /** Show nothing while everything has arrived. Default: false. */
  readonly quiet?: boolean;
  /** In another language, or in other words. Default: {@linkcode describeSync}. */
  readonly describe?: (status: SyncStatus) => SyncBadge;
  /** What a click does. Default: one attempt now, `ctx.sync.forceSync()`. */
  readonly onclick?: () => unknown;
  /** Classes of its element. */
  readonly class?: string;
}

const STYLE = componentStyle(
  "vango-sync-status",
  `.vango-sync-status{--state:var(--vango-danger,light-dark(#c22b39,#ff8a90));
    display:inline-flex;align-items:center;gap:.55em;min-height:2.4em;padding:0 .9em;
    border:1px solid var(--vango-line,color-mix(in srgb,currentColor 16%,transparent));
    border-radius:999px;background:none;color:inherit;font:inherit;font-size:.87em;
    white-space:nowrap;cursor:pointer}
  .vango-sync-status:hover{background:color-mix(in srgb,currentColor 7%,transparent)}
  .vango-sync-status::before{content:"";flex:none;width:.6em;height:.6em;border-radius:50%;
    background:var(--state)}
  .vango-sync-status[data-kind=synced]{--state:var(--vango-success,light-dark(#128a5e,#5fd6a0))}
  .vango-sync-status:is([data-kind=syncing],[data-kind=loading]){
    --state:var(--vango-accent,light-dark(#2a5fd0,#7aa5ff))}
  .vango-sync-status[data-kind=pending]{--state:var(--vango-warning,light-dark(#b06d0b,#f2b65c))}
  .vango-sync-status[data-kind=offline]{
    --state:color-mix(in srgb,currentColor 45%,transparent)}
  @media(prefers-reduced-motion:no-preference){
    .vango-sync-status:is([data-kind=syncing],[data-kind=loading])::before{
      animation:vango-pulse 1.2s ease-in-out infinite}}`,
);

/**
 * A badge: offline, syncing 3, 2 conflicts, unsent for 3 days. It is a button that tries now, and
 * says its state to screen readers when it becomes urgent.
 *
 * @example
 * ```tsx
 * import { SyncStatus } from "@vango/vango";
 * const header = () => <header><SyncStatus quiet /></header>;
 * console.assert(typeof header === "function");
 * ```
 */
export function SyncStatus(props: SyncStatusProps, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  return () => {
    const { status } = ctx.sync;
    const { kind, text, isUrgent } = (props.describe ?? describeSync)(status);
    if (props.quiet && kind === "synced") return null;
    return (
      <button
        type="button"
        class={["vango-sync-status", props.class]}
        data-kind={kind}
        title={status.lastError?.message ?? null}
        onclick={() => props.onclick ? props.onclick() : ctx.sync.forceSync()}
      >
        <span role={isUrgent ? "alert" : null}>{text}</span>
      </button>
    );
  };
}
