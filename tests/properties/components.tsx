/**
 * The components that random pages are made of.
 *
 * @module
 */
import type { Renderable } from "../../src/contract/component.ts";
import { currentOwner } from "../../src/signals/owner.ts";
import { signal } from "../../src/signals/signals.ts";
import type { Instance } from "../../src/tree/live.ts";
import type { Shape, Spec } from "./specs.ts";
import type { World } from "./world.tsx";

/** The component that a spec names: its props say what to show. */
interface PartProps {
  readonly path: string;
  readonly texts: readonly string[];
  readonly kids: readonly Spec[];
  readonly world: World;
  readonly children?: Renderable;
}

function Plain({ path, texts: [a], kids, world }: PartProps): Renderable {
  return <article data-p={path} data-t="Plain" title={a}>{world.show(kids[0]!, path)}</article>;
}

/** A component whose whole output is whatever its child is. */
function Through({ path, kids, world }: PartProps): Renderable {
  return world.show(kids[0]!, path);
}

/** A set-up component: its render reads a signal and its props. */
function SetUp(props: PartProps): () => Renderable {
  const cell = props.world.textCells[0]!;
  return () => (
    <aside data-p={props.path} data-t="SetUp">
      {cell.value}
      {props.world.show(props.kids[0]!, props.path)}
      {props.texts[0]}
    </aside>
  );
}

/** One whose output changes kind with a signal, so that a list item's root changes. */
function Turns(props: PartProps): () => Renderable {
  const cell = props.world.textCells[1]!;
  return () => {
    const text = cell.value;
    if (text === "" || text === "a") return null;
    if (text.length % 3 === 0) return <b data-p={props.path + "b"} data-t="Turns">{text}</b>;
    if (text.length % 3 === 1) return <i>{text}{props.texts[0]}</i>;
    return [text, <b key="b" data-t="Turns2">{text}</b>];
  };
}

function Row(props: PartProps): Renderable {
  return (
    <tr data-p={props.path} data-t="Row">
      <td>{props.texts[0]}</td>
    </tr>
  );
}

function Item(props: PartProps): () => Renderable {
  return () => (
    <li data-p={props.path} data-t="Item">
      {props.texts[0]}
      {props.world.show(props.kids[0]!, props.path)}
    </li>
  );
}

/** Shows the children it was given, perhaps twice, perhaps not. */
function Slotted(props: PartProps): Renderable {
  const length = props.texts[0]?.length ?? 0;
  return (
    <nav data-t="Slotted">
      {length > 0 && props.children}
      {length > 3 ? props.children : null}
    </nav>
  );
}

/** Throws while a signal says so. */
function Fails(props: PartProps): () => Renderable {
  return () => {
    if (fails(props.world)) throw new Error("as told");
    return <q data-t="Fails">{props.texts[0]}</q>;
  };
}

function fails(world: World): boolean {
  return world.textCells[2]!.value.length % 2 === 1;
}

/** Shows a fallback while its children fail, and tries them again when the cause has changed. */
function Guarded(props: PartProps): () => Renderable {
  const owner = currentOwner() as Instance;
  const cause = props.world.textCells[2]!;
  const failedFor = signal<string | undefined>(undefined);
  owner.catchError = () => {
    if (failedFor.peek() === cause.peek()) return false;
    failedFor.value = cause.peek();
    return true;
  };
  return () =>
    failedFor.value === cause.value
      ? <em data-t="Guarded">failed {props.texts[0]}</em>
      : (
        <blockquote data-p={props.path}>
          {props.world.show(props.kids[0]!, props.path)}
          <Fails {...props} />
        </blockquote>
      );
}

/** The components by their names. */
export const COMPONENT_FUNCTIONS = { Plain, Through, SetUp, Turns, Row, Item, Slotted, Guarded };

export const COMPONENTS: readonly Shape[] = [
  { name: "Plain", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Through", place: "flow", texts: 0, kids: ["flow"] },
  { name: "Through", place: "items", texts: 0, kids: ["items"] },
  { name: "SetUp", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Turns", place: "phrasing", texts: 1, kids: [] },
  { name: "Row", place: "rows", texts: 1, kids: [] },
  { name: "Item", place: "items", texts: 1, kids: ["flow"] },
  { name: "Slotted", place: "flow", texts: 1, kids: ["flow"] },
  { name: "Guarded", place: "flow", texts: 1, kids: ["flow"] },
];
