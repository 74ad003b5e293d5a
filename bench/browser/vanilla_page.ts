/**
 * The limit: the same page with DOM code written by hand for each operation. It gets its rows as
 * objects, for free.
 *
 * @module
 */
import { CHOSEN } from "../table/chosen.ts";
import { RowMaker, type TableRow } from "../table/data.ts";
import { present, snapshotOf, timed } from "./contender.ts";
import { type Step, STEPS } from "./script.ts";

const main = document.querySelector("main")!;
const body = document.querySelector("tbody")!;
const counter = document.getElementById("count")!;
const maker = new RowMaker();
const template = document.createElement("tr");
template.innerHTML = `<td class="col-md-1"> </td><td class="col-md-4"><a> </a></td>` +
  `<td class="col-md-1"><a><span class="glyphicon glyphicon-remove" aria-hidden="true"></span></a>` +
  `</td><td class="col-md-6"></td>`;

let rows: HTMLTableRowElement[] = [];
let selected: HTMLTableRowElement | undefined;
let count = 0;

counter.addEventListener("click", () => {
  counter.firstChild!.nodeValue = String(++count);
});

function append(data: readonly TableRow[]): void {
  for (const { id, label } of data) {
    const row = template.cloneNode(true) as HTMLTableRowElement;
    const first = row.firstChild!;
    first.firstChild!.nodeValue = String(id);
    first.nextSibling!.firstChild!.firstChild!.nodeValue = label;
    body.appendChild(row);
    rows.push(row);
  }
}

function clear(): void {
  body.textContent = "";
  rows = [];
  selected = undefined;
}

/** Makes the data of a step; what is returned does its DOM work. */
function prepare(action: Step["action"]): () => void {
  switch (action) {
    case "create":
    case "createMany": {
      const data = maker.make(action === "create" ? 1000 : 10_000);
      return () => {
        if (rows.length > 0) clear();
        append(data);
      };
    }
    case "append": {
      const data = maker.make(1000);
      return () => append(data);
    }
    case "update":
      return () => {
        for (let i = 0; i < rows.length; i += 10) {
          const label = rows[i]!.firstChild!.nextSibling!.firstChild!.firstChild!;
          label.nodeValue += " !!!";
        }
      };
    case "swap":
      return () => {
        const last = rows.length - 2;
        const [second, other] = [rows[1]!, rows[last]!];
        body.insertBefore(other, rows[2]!);
        body.insertBefore(second, rows[last + 1]!);
        rows[1] = other;
        rows[last] = second;
      };
    case "insert": {
      const data = maker.make(1);
      return () => {
        append(data);
        const row = rows.pop()!;
        body.insertBefore(row, rows[0] ?? null);
        rows.unshift(row);
      };
    }
    case "remove":
      return () => {
        rows[CHOSEN]!.remove();
        rows.splice(CHOSEN, 1);
      };
    case "select":
      return () => {
        if (selected) selected.className = "";
        selected = rows[CHOSEN]!;
        selected.className = "danger";
      };
    case "clear":
      return clear;
    case "count":
      return () => counter.click();
  }
}

let at = 0;
present({
  step: () => timed(prepare(STEPS[at++ % STEPS.length]!.action)),
  snapshot: () => snapshotOf(main),
});
