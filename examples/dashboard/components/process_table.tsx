/**
 * The running processes: sorted and filtered where they are measured, so that only the rows in
 * view travel, and of these only the cells that changed.
 *
 * @module
 */
import { computed, type Renderable, type Signal, signal } from "@vango/vango";
import type { ProcessReading } from "../collectors/reading.ts";
import { bytesText, duration } from "../format.ts";
import { figure, sampler } from "../state/machine.ts";
import { Icon } from "./icons.tsx";
import {
  type Column,
  COLUMNS,
  matching,
  nextOrder,
  type Order,
  sorted,
  stateName,
} from "./process_columns.ts";
import { ProcessDetails } from "./process_details.tsx";

/** Rows shown until all are asked for. */
const TOP = 16;

/** The table with its tools. What is chosen here belongs to this page alone. */
export function Processes(): () => Renderable {
  const order = signal<Order>({ column: "cpu", descending: true });
  const filter = signal("");
  const showAll = signal(false);
  const opened = signal<string | undefined>(undefined);

  const found = computed(() => matching(processes.value ?? [], filter.value));
  const shown = computed(() => {
    const rows = sorted(found.value, order.value);
    return showAll.value ? rows : rows.slice(0, TOP);
  });

  return () => (
    <section class="card processes" aria-label="Processes">
      <header class="tools">
        <h2>
          Processes <span class="aside">{computed(() => found.value.length)}</span>
        </h2>
        <label class="search">
          <Icon name="search" />
          <span class="hidden">Filter processes by name, user, command or id</span>
          <input
            type="search"
            name="filter"
            placeholder="Filter"
            autocomplete="off"
            spellcheck={false}
            value={filter}
            data-debounce="120"
            oninput={(event) => filter.value = event.value}
          />
        </label>
      </header>
      <div class="table-frame">
        <table>
          <caption class="hidden">
            Running processes, measured every second. Column headers sort.
          </caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => <Header key={column.name} column={column} order={order} />)}
            </tr>
          </thead>
          <tbody>
            {shown.value.map((process) => {
              const open = opened.value === process.id;
              const row = (
                <Row
                  key={process.id}
                  process={process}
                  open={open}
                  onToggle={() => opened.value = open ? undefined : process.id}
                />
              );
              return open
                ? [row, <ProcessDetails key={`${process.id}+`} process={process} />]
                : row;
            })}
          </tbody>
        </table>
        {shown.value.length === 0 && (
          <p class="empty">
            No process matches <b>{filter}</b>.
          </p>
        )}
      </div>
      <footer class="tools">
        <p class="aside">
          {computed(() => `${shown.value.length} of ${found.value.length}`)}
        </p>
        <button
          type="button"
          class="quiet"
          aria-pressed={computed(() => String(showAll.value))}
          onclick={() => showAll.value = !showAll.value}
        >
          {computed(() => showAll.value ? `Show top ${TOP}` : "Show all")}
        </button>
      </footer>
    </section>
  );
}

const processes = figure((reading) => reading.processes);

function Header({ column, order }: { column: Column; order: Signal<Order> }): () => Renderable {
  const sort = computed(() =>
    order.value.column !== column.name
      ? "none"
      : order.value.descending
      ? "descending"
      : "ascending"
  );
  return () => (
    <th scope="col" class={`col-${column.name}`} aria-sort={sort}>
      <button type="button" onclick={() => order.value = nextOrder(order.value, column)}>
        {column.title}
        <Icon name="arrow" />
      </button>
    </th>
  );
}

interface RowProps {
  readonly process: ProcessReading;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Row({ process, open, onToggle }: RowProps): Renderable {
  const load = Math.round(process.cpu * 100);
  const age = ((sampler.reading.value?.at ?? 0) - process.startedAt) / 1000;
  return (
    <tr class={{ open }}>
      <th scope="row" class="col-name">
        <button type="button" aria-expanded={String(open)} onclick={onToggle}>
          <Icon name="chevron" />
          <span>{process.name}</span>
        </button>
      </th>
      <td class="col-pid">{process.pid}</td>
      <td class="col-user">{process.user}</td>
      <td class="col-cpu">
        <div class="load">
          <i class="bar" style={`--share:${Math.min(100, load)}%`} />
          <span>{load}%</span>
        </div>
      </td>
      <td class="col-memory">{bytesText(process.memory)}</td>
      <td class="col-threads">{process.threads || "–"}</td>
      <td class="col-state">
        <span class="state" data-state={process.state}>{stateName(process.state)}</span>
      </td>
      <td class="col-age">{coarse(age)}</td>
    </tr>
  );
}

/** Without the seconds from the second minute on: a column of running clocks draws the eye. */
function coarse(seconds: number): string {
  return duration(seconds < 60 ? seconds : seconds - seconds % 60).replace(" 0s", "");
}
