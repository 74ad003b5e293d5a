/**
 * Types of elements and attributes: Hono's table, with handlers that receive what is sent over the
 * wire, class lists, style records, and signals wherever a value can stand.
 *
 * @module
 */
import type { JSX as HonoJSX } from "hono/jsx";
import type { ReadonlySignal } from "@preact/signals-core";
import type { ComponentResult, Renderable } from "../contract/component.ts";
import type { Ctx } from "../contract/ctx.ts";
import type { CustomLiveEvent, EventHandler, EventMap, LiveEvent } from "../contract/events.ts";
import type { MissingAttributes, MissingGlobals } from "./missing_attributes.ts";
import type { ComponentNode, Handler, TemplateNode } from "./node.ts";

/** A class: text, or nested lists and `{ name: condition }` records. */
export type ClassValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly ClassValue[]
  | { readonly [name: string]: unknown };

/** A style: text, or a record of properties. */
export type StyleValue = string | { readonly [property: string]: unknown } | null | undefined;

/** A value, or a signal of one, or nothing. */
export type Slot<T> = T | ReadonlySignal<T> | null | undefined;

/**
 * Attributes that the compiler turns into a condition: what it asks of the value is only whether it
 * is true, and a signal always is. Read the signal: `disabled={busy.value}`.
 * Source: the precompile transform of Deno's compiler.
 */
export type BooleanAttribute =
  | "allowfullscreen"
  | "async"
  | "autofocus"
  | "autoplay"
  | "checked"
  | "controls"
  | "default"
  | "defer"
  | "disabled"
  | "formnovalidate"
  | "inert"
  | "ismap"
  | "itemscope"
  | "loop"
  | "multiple"
  | "muted"
  | "nomodule"
  | "novalidate"
  | "open"
  | "playsinline"
  | "readonly"
  | "required"
  | "reversed"
  | "selected";

/** What markup calls a number, a truth: `tabindex="0"`, `contenteditable="true"`. */
export type TextOf<V> =
  | (Extract<V, number> extends never ? never : `${number}`)
  | (Extract<V, boolean> extends never ? never : "true" | "false");

/** Attributes of Hono's table, without its index signature and its DOM handlers. */
export type Known<T> = {
  [
    K in keyof T as string extends K ? never
      : K extends
        | `on${string}`
        | "class"
        | "style"
        | "children"
        | "key"
        | "value"
        | keyof MissingGlobals ? never
      : K
  ]?: K extends string
    ? Lowercase<K> extends BooleanAttribute ? Exclude<T[K], object> | null | undefined
    : Slot<T[K] | TextOf<T[K]> | (Extract<T[K], string> extends never ? never : number)>
    : never;
};

/** What an `on…` attribute takes. */
export type HandlerOf<E extends LiveEvent> =
  | EventHandler<E>
  | Handler<E>
  | null
  | undefined
  | false;

/** `onclick` and `onClick` alike, typed by what the event sends. */
export type EventAttributes =
  & { readonly [K in keyof EventMap as `on${K}`]?: HandlerOf<EventMap[K]> }
  & { readonly [K in keyof EventMap as `on${Capitalize<K>}`]?: HandlerOf<EventMap[K]> };

/** Attributes that every element takes. */
export interface CommonAttributes extends MissingGlobals {
  /** Tells list items apart. */
  readonly key?: string | number | bigint | null | undefined;
  /** A text, nested lists, or names by condition. */
  readonly class?: ClassValue | ReadonlySignal<ClassValue>;
  /** The same as `class`. */
  readonly className?: ClassValue | ReadonlySignal<ClassValue>;
  /** A text, or a record of properties; numbers need their unit. */
  readonly style?: StyleValue | ReadonlySignal<StyleValue>;
  /** The control's value; kept up to date without overwriting what is being typed. */
  readonly value?: Slot<string | number>;
  /** What the element is, for assistive technology. */
  readonly role?: Slot<string>;
  /** What stands in the element. */
  readonly children?: Renderable;
  /** Delays the element's events until it has been quiet for so many milliseconds. */
  readonly "data-debounce"?: string | number;
  /** Sends the element's events at most once in so many milliseconds. */
  readonly "data-throttle"?: string | number;
  /** Prevents the default action of all handled events, or of the types listed. */
  readonly "data-prevent-default"?: string | boolean;
  /** On a form: empties it once what was in it is on its way. */
  readonly "data-reset"?: true | "";
  /** Keeps all handled events, or the types listed, from outer elements' handlers. */
  readonly "data-stop-propagation"?: string | boolean;
  /** Data for scripts and style sheets, and accessibility states. */
  // deno-lint-ignore no-explicit-any
  readonly [data: `data-${string}` | `aria-${string}`]: any;
  /** Handlers of custom events: `on:saved` of `saved`, `on:sl-change` of `sl-change`, in lower case. */
  readonly [custom: `on:${string}` | `on-${string}`]: HandlerOf<CustomLiveEvent>;
}

/** Any attribute; those that every element has are what they are elsewhere. */
export type AnyAttributes = CommonAttributes & EventAttributes & {
  readonly [name: string]: unknown;
};

/** Elements of SVG and MathML, which Hono's table does not have. Source: SVG 2, MathML Core. */
export type GraphicTag =
  | "svg"
  | "animate"
  | "animateMotion"
  | "animateTransform"
  | "circle"
  | "clipPath"
  | "defs"
  | "desc"
  | "ellipse"
  | "feBlend"
  | "feColorMatrix"
  | "feComponentTransfer"
  | "feComposite"
  | "feConvolveMatrix"
  | "feDiffuseLighting"
  | "feDisplacementMap"
  | "feDistantLight"
  | "feDropShadow"
  | "feFlood"
  | "feFuncA"
  | "feFuncB"
  | "feFuncG"
  | "feFuncR"
  | "feGaussianBlur"
  | "feImage"
  | "feMerge"
  | "feMergeNode"
  | "feMorphology"
  | "feOffset"
  | "fePointLight"
  | "feSpecularLighting"
  | "feSpotLight"
  | "feTile"
  | "feTurbulence"
  | "filter"
  | "foreignObject"
  | "g"
  | "image"
  | "line"
  | "linearGradient"
  | "marker"
  | "mask"
  | "metadata"
  | "mpath"
  | "path"
  | "pattern"
  | "polygon"
  | "polyline"
  | "radialGradient"
  | "rect"
  | "set"
  | "stop"
  | "switch"
  | "symbol"
  | "text"
  | "textPath"
  | "tspan"
  | "use"
  | "view"
  | "math"
  | "mi"
  | "mn"
  | "mo"
  | "ms"
  | "mtext"
  | "mrow"
  | "mfrac"
  | "msqrt"
  | "mroot"
  | "msub"
  | "msup"
  | "msubsup"
  | "munder"
  | "mover"
  | "munderover"
  | "mtable"
  | "mtr"
  | "mtd";

/** The JSX namespace that TypeScript reads. */
// deno-lint-ignore no-namespace
export namespace JSX {
  /** What an element expression is. */
  export type Element = TemplateNode | ComponentNode;
  /** What can stand as a tag: an element's name, or a component. */
  export type ElementType =
    | keyof IntrinsicElements
    // deno-lint-ignore no-explicit-any
    | ((props: any, ctx: Ctx) => ComponentResult);
  /** Where children go. */
  export interface ElementChildrenAttribute {
    /** Between the tags. */
    children: Renderable;
  }
  /** Attributes that components take besides their props. */
  export interface IntrinsicAttributes {
    /** Tells list items apart. */
    key?: string | number | bigint | null | undefined;
  }
  /** Every element of HTML and SVG; custom elements take any attribute. */
  export type IntrinsicElements =
    & {
      [Tag in keyof HonoJSX.IntrinsicElements as string extends Tag ? never : Tag]:
        & Known<HonoJSX.IntrinsicElements[Tag]>
        & (Tag extends keyof MissingAttributes ? MissingAttributes[Tag] : unknown)
        & CommonAttributes
        & EventAttributes;
    }
    & { readonly [Tag in GraphicTag]: AnyAttributes }
    & { readonly [custom: `${string}-${string}`]: AnyAttributes };
}
