/**
 * The walk that mounts renderables: shared by markup (`src/html/write.ts`) and patches
 * (`encode.ts`), so that both give every place the same number.
 *
 * @module
 */
import { Signal } from "@preact/signals-core";
import { AsyncNode, ComponentNode, RawHtml, TemplateNode } from "../jsx/node.ts";
import {
  Group,
  type Holder,
  Instance,
  isSingle,
  type Item,
  List,
  type Live,
  type Region,
  SignalSlot,
  unmount,
} from "./live.ts";
import { AsyncSlot, standInTag } from "./async_slot.ts";
import { wrapError } from "./component_error.ts";
import { checkNesting } from "../jsx/nesting.ts";
import { checkKeys, flatten } from "./lists.ts";
import { notRenderable, watchSlot } from "./slots.ts";
import type { Stale } from "./tree.ts";

const NOWHERE: readonly string[] = [];

/**
 * Walks renderables, mounts what is new and hands everything to the subclass to write.
 *
 * Caller must write values in document order. We guarantee that a component runs once, however
 * often its output is written, and that what an error boundary threw away leaves no number behind.
 */
export abstract class Mounter {
  region: Region;
  /** The component whose output is being walked. */
  parent: Instance | undefined = undefined;
  /** The `<select value>` whose options are being walked: it is told again when they change. */
  chooser: TemplateNode | undefined = undefined;
  /** Tags of the open elements that are known, outermost first: in development alone. */
  #around: readonly string[] = NOWHERE;
  /** What the walk has mounted so far. */
  #made: Stale[] | undefined = undefined;
  /** Whether the nodes met are already mounted here and only written anew. */
  protected again = false;

  readonly #checking: boolean;

  constructor(region: Region) {
    this.region = region;
    this.#checking = region.tree.checking;
  }

  protected abstract text(value: string | number | bigint): void;
  abstract beginNothing(): void;
  protected abstract raw(value: RawHtml): void;
  protected abstract node(node: TemplateNode): TemplateNode;
  abstract beginList(length: number): void;
  protected abstract openGroup(): void;
  protected abstract closeGroup(): void;
  /** Stands for an async component that has not settled. */
  protected abstract wait(pending: Promise<void>): void;
  /** Begins and ends the region that an async slot shows. */
  protected abstract openRegion(slot: AsyncSlot): void;
  protected abstract closeRegion(slot: AsyncSlot): void;
  /** Gives back what throws away everything written from now on. */
  protected abstract save(): () => void;

  /**
   * A point to go back to: the function that is returned throws away what was written and ends
   * what was mounted since.
   */
  savepoint(): () => void {
    const restore = this.save();
    const from = this.#made?.length ?? 0;
    const { chooser } = this;
    return () => {
      restore();
      this.chooser = chooser;
      for (const made of this.#made?.splice(from) ?? []) unmount(made);
    };
  }

  /** Remembers a part, to end it if the walk is given up. */
  track(made: Stale): void {
    if (this.chooser) made.chooser = this.chooser;
    if (this.#made) this.#made.push(made);
    else this.#made = [made];
  }

  /** The walk is over: what was mounted stays. */
  settle(): void {
    this.#made = undefined;
  }

  /**
   * As {@linkcode Mounter.value}, for a value inside of a node's markup. In development it is looked
   * at whether the parser would leave its elements where they are put.
   */
  child(value: unknown, node: TemplateNode, slot: number, hole: number): Live {
    if (!this.#checking) return this.value(value, node, slot);
    const around = this.#around;
    this.#around = [...around, ...node.tpl.ancestors[hole]!];
    try {
      return this.value(value, node, slot);
    } finally {
      this.#around = around;
    }
  }

  /** Walks a node, in development after a look at where it stands. */
  #checked(node: TemplateNode): TemplateNode {
    if (this.#around.length > 0) {
      for (const tag of node.tpl.roots) checkNesting(tag, this.#around);
    }
    return this.node(node);
  }

  /** Walks one value of a slot. Returns what stands in the live tree for it. */
  value(value: unknown, holder: Holder, index: number): Live {
    if (typeof value === "string" || typeof value === "number") {
      this.text(value);
      return value;
    }
    if (value instanceof TemplateNode) return this.#checked(value);
    if (value === null || value === undefined || typeof value === "boolean") {
      this.beginNothing();
      return value;
    }
    if (value instanceof ComponentNode) return this.#component(value, holder, index);
    if (value instanceof Instance) return this.instance(value);
    if (value instanceof List) {
      this.beginList(value.items.length);
      for (let i = 0; i < value.items.length; i++) {
        value.items[i] = this.item(value.items[i], value);
      }
      return value;
    }
    if (Array.isArray(value)) return this.#list(value, holder, index);
    return this.#other(value, holder, index);
  }

  #list(values: Iterable<unknown>, holder: Holder, index: number): List {
    const items = flatten(values);
    if (this.region.tree.checking) checkKeys(items);
    const list = new List(items as Item[], holder, index);
    this.beginList(items.length);
    for (let i = 0; i < items.length; i++) list.items[i] = this.item(items[i], list);
    return list;
  }

  #other(value: unknown, holder: Holder, index: number): Live {
    if (value instanceof SignalSlot) {
      value.live = this.value(value.live, value, 0);
      return value;
    }
    if (value instanceof Signal) {
      const slot = new SignalSlot(value, this.region, this.parent, holder, index);
      this.track(slot);
      slot.live = this.#fresh(() => this.value(watchSlot(slot), slot, 0));
      return slot;
    }
    if (value instanceof RawHtml) {
      this.raw(value);
      return value;
    }
    if (value instanceof AsyncSlot) return this.asyncSlot(value);
    if (value instanceof AsyncNode) {
      const tag = standInTag(holder, index, this.parent);
      const slot = new AsyncSlot(value, this.region, this.parent, holder, index, tag);
      slot.around = this.#around;
      this.track(slot);
      slot.shown.root = value.fallback as Live;
      this.region.tree.start(slot);
      return this.#fresh(() => this.asyncSlot(slot));
    }
    if (typeof value === "bigint") {
      this.text(value);
      return value;
    }
    if (typeof value === "object" && Symbol.iterator in value!) {
      return this.#list(value as Iterable<unknown>, holder, index);
    }
    throw notRenderable(value);
  }

  /** Walks what an async slot shows, in that region's own numbering. */
  protected asyncSlot(slot: AsyncSlot): AsyncSlot {
    const { region } = this;
    const around = this.#around;
    const { shown } = slot;
    if (region.tree.checking && !slot.complete) {
      checkNesting(slot.tag, around);
      this.#around = [...around, slot.tag];
    }
    this.openRegion(slot);
    this.region = shown;
    shown.next = 1;
    try {
      shown.root = this.value(shown.root, shown, 0);
    } finally {
      this.region = region;
      this.#around = around;
    }
    this.closeRegion(slot);
    return slot;
  }

  /**
   * Walks what the function of a slot gave, as its content from now on.
   *
   * @param next The content's first place: after the last one when there was content before.
   */
  reveal(slot: AsyncSlot, next = 1): void {
    const { region, parent, again } = this;
    const around = this.#around;
    const { content } = slot;
    this.region = content;
    this.parent = slot.parent;
    this.again = false;
    this.#around = slot.around;
    try {
      // Each error view may fail in turn; the last one is the host's card.
      for (let output = slot.takeOutput();;) {
        const failed = this.#attempt(content, output, next);
        if (!failed) break;
        output = slot.errorView(failed.error);
      }
    } finally {
      this.region = region;
      this.parent = parent;
      this.again = again;
      this.#around = around;
    }
  }

  /** Walks a region's content; what it throws leaves nothing behind. */
  #attempt(
    content: Region,
    output: unknown,
    next: number,
  ): { readonly error: unknown } | undefined {
    const undo = this.savepoint();
    content.next = next;
    try {
      content.root = this.value(output, content, 0);
      return undefined;
    } catch (error) {
      undo();
      return { error };
    }
  }

  /** A list item: as it is when it is one element, else with comments of its own. */
  item(value: unknown, list: List): Item {
    if (value instanceof TemplateNode && value.tpl.single) return this.#checked(value);
    if (value instanceof ComponentNode) return this.#component(value, list, 0);
    if (value instanceof Instance) return this.instance(value);
    const group = value instanceof Group ? value : new Group(value as Live, list);
    group.place = this.region.next++;
    this.openGroup();
    group.value = this.value(group.value, group, 0);
    this.closeGroup();
    return group;
  }

  #component(node: ComponentNode, holder: Holder, index: number): Instance {
    const { region, parent, again } = this;
    const instance = region.tree.instantiate(node, region, parent, holder, index);
    this.track(instance);
    this.again = false;
    this.instance(instance);
    this.again = again;
    return instance;
  }

  /** Walks what is not mounted yet, inside of what is. */
  #fresh<T>(walk: () => T): T {
    const { again } = this;
    this.again = false;
    try {
      return walk();
    } finally {
      this.again = again;
    }
  }

  /** Walks the output of a component, and its boundary's fallback if that throws. */
  instance(instance: Instance): Instance {
    const { parent, again } = this;
    const restore = instance.catchError ? this.savepoint() : undefined;
    this.parent = instance;
    try {
      this.#output(instance);
    } catch (error) {
      const wrapped = wrapError(error, instance);
      if (!restore) throw wrapped;
      restore();
      if (!instance.catchError!(wrapped)) throw wrapped;
      this.#recover(instance);
    } finally {
      this.parent = parent;
      this.again = again;
    }
    return instance;
  }

  #output(instance: Instance): void {
    const { region } = this;
    if (instance.settled || instance.broken) {
      instance.broken = false;
      this.again = false;
      unmount(instance.output);
      const output = region.tree.runComponent(instance);
      instance.output = region.tree.mounted(output, instance) as Live;
    }
    const grouped = instance.holder instanceof List && !isSingle(instance);
    if (grouped) {
      instance.group = region.next++;
      this.openGroup();
    } else if (instance.group > 0) instance.group = 0;
    if (instance.pending) this.wait(instance.pending);
    else instance.output = this.value(instance.output, instance, 0);
    if (grouped) this.closeGroup();
  }

  /** Writes what a boundary shows in place of what threw. */
  #recover(instance: Instance): void {
    const { tree } = this.region;
    unmount(instance.output);
    instance.output = null;
    this.again = false;
    instance.output = tree.mounted(tree.runComponent(instance), instance) as Live;
    this.#output(instance);
  }
}
