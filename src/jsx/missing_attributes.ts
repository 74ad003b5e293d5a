/**
 * Attributes that Hono's table of elements does not have.
 *
 * Source: HTML standard, "Attributes"; CSS Shadow Parts.
 *
 * @module
 */
import type { ReadonlySignal } from "@preact/signals-core";

/** A text, or a signal of one. */
export type Text = string | ReadonlySignal<string> | null | undefined;

/** How urgent a load is. */
export interface Priority {
  /** Against others of its kind. */
  readonly fetchpriority?: "high" | "low" | "auto" | null | undefined;
}

/** Where a button sends its form, in place of what the form says. */
export interface Submitter {
  /** Address that the form is sent to. */
  readonly formaction?: Text;
  /** How its fields are written. */
  readonly formenctype?: Text;
}

/** What a control does to a popover. */
export interface PopoverControl {
  /** Id of the popover. */
  readonly popovertarget?: Text;
  /** What is done to it. */
  readonly popovertargetaction?: "show" | "hide" | "toggle" | null | undefined;
}

/** Attributes of every element. */
export interface MissingGlobals {
  /** `until-found` hides it from the eye, not from the search in the page. */
  readonly hidden?: boolean | "" | "until-found" | ReadonlySignal<boolean> | null | undefined;
  /** Names for `::part()`. */
  readonly part?: Text;
  /** Names for `::part()` from further out. */
  readonly exportparts?: Text;
  /** Whether spelling is looked at. */
  readonly spellcheck?: boolean | "true" | "false" | null | undefined;
  /** Whether the browser corrects what is typed. */
  readonly autocorrect?: "on" | "off" | null | undefined;
  /** Whether the browser offers to write on. */
  readonly writingsuggestions?: boolean | "true" | "false" | null | undefined;
}

/** Attributes of single elements, by tag. */
export interface MissingAttributes {
  /** Links. */
  readonly a: PopoverControl & {
    /** What the target is to the page, such as `noopener`. */
    readonly rel?: Text;
  };
  /** Buttons. */
  readonly button: Submitter & PopoverControl & {
    /** What `commandfor` is told to do, such as `show-modal`. */
    readonly command?: Text;
    /** Id of the element that is told. */
    readonly commandfor?: Text;
  };
  /** Controls. */
  readonly input: Submitter & PopoverControl & {
    /** Name of the field that says the direction of the text. */
    readonly dirname?: Text;
  };
  /** Forms. */
  readonly form: {
    /** What the target is to the page. */
    readonly rel?: Text;
  };
  /** Pictures. */
  readonly img: Priority & {
    /** Whether a click sends its position to the server. */
    readonly ismap?: boolean | null | undefined;
  };
  /** Links of the head. */
  readonly link: Priority & {
    /** Colour of a mask icon. */
    readonly color?: Text;
  };
  /** Scripts. */
  readonly script: Priority;
  /** Videos. */
  readonly video: {
    /** Takes the picture-in-picture button away. */
    readonly disablepictureinpicture?: boolean | null | undefined;
  };
  /** What unfolds. */
  readonly details: {
    /** Of those with one name, one is open at a time. */
    readonly name?: Text;
  };
  /** Dialogs. */
  readonly dialog: {
    /** What closes it besides script. */
    readonly closedby?: "any" | "closerequest" | "none" | null | undefined;
  };
  /** What was taken out. */
  readonly del: {
    /** When it was. */
    readonly datetime?: Text;
  };
}
