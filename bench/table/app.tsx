/**
 * The page of the wire, browser and server parts: a counter above the table of
 * js-framework-benchmark, written as an application would write it.
 *
 * @module
 */
import type { ComponentResult } from "../../src/contract/component.ts";
import { signal } from "../../src/signals/signals.ts";
import { CHOSEN } from "./chosen.ts";
import { RowMaker, swapRows, type TableRow, updateTenth } from "./data.ts";

/** What the page's buttons do; their ids in the page. */
export const ACTIONS = [
  "create",
  "createMany",
  "append",
  "update",
  "swap",
  "insert",
  "remove",
  "select",
  "clear",
] as const;

/** A button of the page. */
export type Action = typeof ACTIONS[number];

/** A counter: the page of the click. */
export function CounterPage(): ComponentResult {
  const count = signal(0);
  return () => (
    <main>
      <h1>Counter</h1>
      <button id="count" type="button" onclick={() => count.value++}>{count}</button>
    </main>
  );
}

/** A page that shows the table with `length` rows at first. */
export function tablePage(length: number): () => ComponentResult {
  return function TablePage(): ComponentResult {
    const maker = new RowMaker();
    const count = signal(0);
    const rows = signal<TableRow[]>(maker.make(length));
    const selected = signal(0);
    const actions: Record<Action, () => void> = {
      create: () => rows.value = maker.make(1000),
      createMany: () => rows.value = maker.make(10_000),
      append: () => rows.value = [...rows.value, ...maker.make(1000)],
      update: () => rows.value = updateTenth(rows.value),
      swap: () => rows.value = swapRows(rows.value),
      insert: () => rows.value = [...maker.make(1), ...rows.value],
      remove: () => rows.value = rows.value.filter((_, i) => i !== CHOSEN),
      select: () => selected.value = rows.value[CHOSEN]!.id,
      clear: () => rows.value = [],
    };
    return () => (
      <main>
        <h1>Table</h1>
        <button id="count" type="button" onclick={() => count.value++}>{count}</button>
        {ACTIONS.map((action) => (
          <button key={action} id={action} type="button" onclick={actions[action]}>{action}</button>
        ))}
        <table class="table">
          <tbody>
            {rows.value.map((row) => (
              <tr key={row.id} class={row.id === selected.value ? "danger" : null}>
                <td class="col-md-1">{row.id}</td>
                <td class="col-md-4">
                  <a
                    onclick={() =>
                      selected.value = row.id}
                  >
                    {row.label}
                  </a>
                </td>
                <td class="col-md-1">
                  <a
                    onclick={() =>
                      rows.value = rows.value.filter((other) => other !== row)}
                  >
                    <span class="glyphicon glyphicon-remove" aria-hidden="true"></span>
                  </a>
                </td>
                <td class="col-md-6"></td>
              </tr>
            ))}
          </tbody>
        </table>
      </main>
    );
  };
}

/** A table of rows without handlers: what 1,000 keyed rows cost at least. */
export function plainTablePage(length: number): () => ComponentResult {
  return function PlainTablePage(): ComponentResult {
    const rows = signal<TableRow[]>(new RowMaker().make(length));
    return () => (
      <table class="table">
        <tbody>
          {rows.value.map((row) => (
            <tr key={row.id}>
              <td>{row.id}</td>
              <td>{row.label}</td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  };
}
