/** @jsxImportSource @vango/vango */
/**
 * The page of the development tools: what is kept here, what goes over the line, and how to break
 * it.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import { onMount, type Signal, signal } from "../signals/signals.ts";
import type { SyncService } from "../server/sync_service.ts";
import type { SyncLine } from "../sync/ctx/sync_line.ts";
import { Title } from "../ui/head.ts";
import { componentStyle, useStyle } from "../ui/style.ts";
import { inspectReplica, inspectScope, type ReplicaReport, type ScopeReport } from "./inspect.ts";
import { Facts, ReplicaView, ScopeView } from "./sync_views.tsx";

/** Milliseconds between two looks into the store. */
const LOOK_EVERY = 700;

const STYLE = componentStyle(
  "vango-devtools",
  `.vango-devtools{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem;
    font:14px/1.5 ui-sans-serif,system-ui,sans-serif;color-scheme:light dark;
    color:light-dark(#16181d,#ededf0);background:light-dark(#fff,#101114)}
  .vango-devtools h1{margin:0 0 .2em;font-size:1.4em}
  .vango-devtools h2{margin:2em 0 .5em;font-size:1.05em}
  .vango-devtools .soft{margin:0;color:color-mix(in srgb,currentColor 65%,transparent)}
  .vango-devtools .scroll{overflow-x:auto}
  .vango-devtools table{width:100%;border-collapse:collapse}
  .vango-devtools :is(th,td){padding:.3em .9em .3em 0;text-align:start;vertical-align:top;
    border-block-end:1px solid color-mix(in srgb,currentColor 12%,transparent)}
  .vango-devtools th{font-weight:600;white-space:nowrap}
  .vango-devtools code{font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;
    overflow-wrap:anywhere;white-space:pre-wrap}
  .vango-devtools .gone{opacity:.5;text-decoration:line-through}
  .vango-devtools .line{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:center;
    margin:1rem 0;padding:.8rem 1rem;border-radius:.7rem;
    background:color-mix(in srgb,currentColor 6%,transparent)}
  .vango-devtools label{display:inline-flex;gap:.45em;align-items:center}
  .vango-devtools :is(button,input[type=number],select){min-height:2.2em;padding:0 .7em;font:inherit;
    color:inherit;background:light-dark(#fff,#1b1d22);border-radius:.45rem;
    border:1px solid color-mix(in srgb,currentColor 25%,transparent)}
  .vango-devtools input[type=number]{width:9em}`,
);

/** Shows what an app syncs on. */
export function SyncPage(props: { readonly service: SyncService }, ctx: Ctx): () => Renderable {
  useStyle(ctx, STYLE);
  const { service } = props;
  const line = service.replica?.tools?.line ?? service.line;
  return () => (
    <main class="vango-devtools">
      <Title>Sync devtools</Title>
      <h1>{service.replica ? "This device's copy" : "The server's data"}</h1>
      <p class="soft">Served in development only. What is below is read from the store itself.</p>
      {line && <LineControls line={line} onForce={force(service)} />}
      {service.replica ? <Device service={service} /> : <Server service={service} />}
      {line && <Exchanges line={line} />}
    </main>
  );
}

function force({ replica }: SyncService): (() => Promise<unknown>) | undefined {
  return replica && (() => replica.driver.force());
}

interface LineControlsProps {
  readonly line: SyncLine;
  readonly onForce: (() => Promise<unknown>) | undefined;
}

function LineControls({ line, onForce }: LineControlsProps): () => Renderable {
  return () => (
    <div class="line">
      <Switch id="offline" on={line.offline} text="Cut the line" />
      <Switch id="loses" on={line.losesAnswers} text="Lose answers" />
      <label>
        Clock ahead by
        <input
          id="skew"
          type="number"
          step="60"
          value={String(line.skewMs.value / 1000)}
          onchange={(event) => line.skewMs.value = (Number(event.value) || 0) * 1000}
        />{" "}
        s
      </label>
      {onForce && <button type="button" id="force" onclick={() => onForce()}>Sync now</button>}
    </div>
  );
}

interface SwitchProps {
  readonly id: string;
  readonly on: Signal<boolean>;
  readonly text: string;
}

function Switch(props: SwitchProps): () => Renderable {
  return () => {
    const { id, on, text } = props;
    return (
      <label>
        <input
          id={id}
          type="checkbox"
          checked={on.value}
          onchange={(event) => on.value = event.checked}
        />
        {text}
      </label>
    );
  };
}

/** Looks again and again, while somebody does. */
function look(read: () => Promise<void>, failed: Signal<string>): () => void {
  const once = (): void => {
    read().then(
      () => failed.value = "",
      (error) => failed.value = error instanceof Error ? error.message : String(error),
    );
  };
  once();
  const timer = setInterval(once, LOOK_EVERY);
  return () => clearInterval(timer);
}

function Device({ service }: { service: SyncService }, ctx: Ctx): () => Renderable {
  const report = signal<ReplicaReport | undefined>(undefined, { durable: false });
  const failed = signal("", { durable: false });
  const tools = service.replica?.tools;
  onMount(() =>
    tools && look(async () => {
      report.value = await inspectReplica(tools.store);
    }, failed)
  );
  return () => {
    const { status } = ctx.sync;
    return (
      <>
        <h2>Status</h2>
        <Facts
          id="status"
          facts={[
            ["phase", status.phase],
            ["online", status.online ? "yes" : "no"],
            ["pending", String(status.pending)],
            ["conflicts", String(status.conflicts)],
            ["refused", String(status.dead)],
            ["this clock is ahead by", `${status.skewMs ?? "?"} ms`],
            ["last sync", status.lastSync?.toISOString() ?? "never"],
            ["last error", status.lastError?.message ?? "none"],
          ]}
        />
        {failed.value !== "" && <p role="alert">{failed.value}</p>}
        {report.value
          ? (
            <ReplicaView
              report={report.value}
              onRetry={(id) => ctx.sync.retry(id)}
              onDismiss={(id) => ctx.sync.dismiss(id)}
            />
          )
          : <p class="soft">Reading…</p>}
      </>
    );
  };
}

function Server({ service }: { service: SyncService }): () => Renderable {
  const scopes = signal<readonly string[]>([], { durable: false });
  const scope = signal("");
  const report = signal<ScopeReport | undefined>(undefined, { durable: false });
  const failed = signal("", { durable: false });
  const { store } = service;
  onMount(() =>
    store && look(async () => {
      const names = await store.scopes();
      scopes.value = names;
      const shown = names.includes(scope.value) ? scope.value : names[0];
      report.value = shown === undefined ? undefined : await inspectScope(store, shown);
    }, failed)
  );
  return () => {
    if (!store) return <p class="soft">The app keeps its authority to itself.</p>;
    return (
      <>
        {scopes.value.length > 1 && (
          <label>
            Scope{" "}
            <select
              id="scope"
              value={scope.value}
              onchange={(event) => scope.value = event.value}
            >
              {scopes.value.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
        {failed.value !== "" && <p role="alert">{failed.value}</p>}
        {report.value ? <ScopeView report={report.value} /> : <p class="soft">Nothing is kept.</p>}
      </>
    );
  };
}

function Exchanges({ line }: { line: SyncLine }): () => Renderable {
  return () => (
    <>
      <h2>Last exchanges</h2>
      <div class="scroll">
        <table id="exchanges">
          <tbody>
            {line.records.value.map(({ at, path, outcome, took, sent }, i) => (
              <tr key={i}>
                <td>
                  <code>{new Date(at).toISOString().slice(11, 23)}</code>
                </td>
                <td>{path}</td>
                <td>{outcome}</td>
                <td>{took} ms</td>
                <td>{sent} sent</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
