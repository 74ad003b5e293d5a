/** @jsxImportSource @vango/vango */
/**
 * Tables of what was found in a store.
 *
 * @module
 */
import type { Renderable } from "../contract/component.ts";
import type { LogLine, ReplicaReport, RowLine, ScopeReport } from "./inspect.ts";

/** Names and values. */
export function Facts(
  props: { readonly id: string; readonly facts: readonly (readonly [string, string])[] },
): () => Renderable {
  return () => (
    <div class="scroll">
      <table id={props.id}>
        <tbody>
          {props.facts.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ReplicaViewProps {
  readonly report: ReplicaReport;
  readonly onRetry: (id: string) => unknown;
  readonly onDismiss: (id: string) => unknown;
}

/** A device's copy. */
export function ReplicaView(props: ReplicaViewProps): () => Renderable {
  return () => {
    const { meta, log, base, letters, lost } = props.report;
    const conflicts = base.filter(({ name }) => name.startsWith("~"));
    return (
      <>
        <h2>Log: {log.length} written here</h2>
        <Log log={log} />
        <h2>Conflicts: {conflicts.length}</h2>
        <Rows id="conflicts" rows={conflicts} />
        <h2>Refused: {letters.length}</h2>
        <table id="letters">
          <tbody>
            {letters.map(({ id, reason, message, writes }) => (
              <tr key={id}>
                <td>{reason}</td>
                <td>{message}</td>
                <td>
                  <code>
                    {writes.map(({ kind, name, key }) => `${kind} ${name}/${key}`).join(", ")}
                  </code>
                </td>
                <td>
                  <button type="button" onclick={() => props.onRetry(id)}>Try again</button>{" "}
                  <button type="button" onclick={() => props.onDismiss(id)}>Dismiss</button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <h2>Base: what the server confirmed</h2>
        <Rows id="base" rows={base.filter(({ name }) => !name.startsWith("~"))} />
        <h2>Lost against later writes: {lost.length}</h2>
        <h2>Book-keeping</h2>
        <Facts id="meta" facts={meta ? factsOf(meta) : []} />
      </>
    );
  };
}

/** One part of a server's data. */
export function ScopeView(props: { readonly report: ScopeReport }): () => Renderable {
  return () => {
    const { meta, rows, devices, lost } = props.report;
    return (
      <>
        <h2>Rows</h2>
        <Rows id="rows" rows={rows.filter(({ name }) => !name.startsWith("~"))} />
        <h2>Conflicts</h2>
        <Rows
          id="conflicts"
          rows={rows.filter(({ name, deleted }) => name.startsWith("~") && !deleted)}
        />
        <h2>Devices: {devices.length}</h2>
        <table id="devices">
          <tbody>
            {devices.map(({ id, user, lastSeq, seen }) => (
              <tr key={id}>
                <th scope="row">
                  <code>{id}</code>
                </th>
                <td>{user}</td>
                <td>{lastSeq} transactions</td>
                <td>last push {new Date(seen).toISOString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <h2>Records with a history: {lost}</h2>
        <h2>Book-keeping</h2>
        <Facts id="meta" facts={meta ? factsOf(meta) : []} />
      </>
    );
  };
}

function factsOf(record: object): (readonly [string, string])[] {
  return Object.entries(record).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

function Log({ log }: { log: readonly LogLine[] }): Renderable {
  return (
    <div class="scroll">
      <table id="log">
        <tbody>
          {log.map(({ seq, mid, at, isAnswered, ops }) => (
            <tr key={mid}>
              <td>{seq}</td>
              <td>{isAnswered ? "answered" : "waits"}</td>
              <td>{new Date(at).toISOString()}</td>
              <td>
                <code>{ops.join("\n")}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rows({ id, rows }: { id: string; rows: readonly RowLine[] }): Renderable {
  if (rows.length === 0) return <p class="soft" id={id}>None.</p>;
  return (
    <div class="scroll">
      <table id={id}>
        <tbody>
          {rows.map(({ name, key, version, value, deleted }) => (
            <tr key={`${name}/${key}`} class={deleted ? "gone" : null}>
              <th scope="row">{name}</th>
              <td>{key}</td>
              <td>v{version}</td>
              <td>
                <code>{JSON.stringify(value)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
