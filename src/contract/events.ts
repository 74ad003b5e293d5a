/**
 * What handlers receive. Each type of event sends a fixed, small set of fields; a handler's type
 * shows exactly what was sent, and {@linkcode on} declares more.
 *
 * @module
 */

/** What every event has. */
export interface LiveEvent {
  /**
   * Names this event for ever: `session.number`. After a crash a handler may run again for the
   * same event; use the id as the idempotency key of effects outside the framework's state.
   */
  readonly id: string;
  /** The DOM's name of the event, such as `click`. */
  readonly type: string;
  /** Ends when the handler's deadline passes or the live session ends. */
  readonly signal: AbortSignal;
}

/** `input`, `change`: the control's value. */
export interface ControlEvent extends LiveEvent {
  /** The text of the control; `""` for a checkbox. */
  readonly value: string;
  /** Whether a checkbox or radio button is on; `false` for other controls. */
  readonly checked: boolean;
  /** The chosen values of a `<select multiple>`; else `[value]`. */
  readonly values: readonly string[];
  /** What a file input holds; the content arrives when the form is sent. */
  readonly files: readonly FileInfo[];
}

/** A chosen file, without its content. */
export interface FileInfo {
  /** Without its folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** MIME type as the browser guesses it. */
  readonly type: string;
}

/** `submit`: the form's fields, and the button that was used. */
export interface FormSubmitEvent extends LiveEvent {
  /** Files come with their content. */
  readonly data: FormData;
}

/** `keydown`, `keyup`. */
export interface KeyEvent extends LiveEvent {
  /** As `KeyboardEvent.key`: `a`, `Enter`, `ArrowUp`. */
  readonly key: string;
  /** Whether control was down. */
  readonly ctrlKey: boolean;
  /** Whether shift was down. */
  readonly shiftKey: boolean;
  /** Whether alt was down. */
  readonly altKey: boolean;
  /** Whether the meta key was down. */
  readonly metaKey: boolean;
  /** Whether the key is being held. */
  readonly repeat: boolean;
}

/** `pointerdown`, `pointerup`, `pointermove`: CSS pixels from the element's top left corner. */
export interface PointEvent extends LiveEvent {
  /** To the right. */
  readonly x: number;
  /** Downwards. */
  readonly y: number;
  /** As `PointerEvent.button`. */
  readonly button: number;
}

/** `wheel`: CSS pixels. */
export interface WheelTurnEvent extends LiveEvent {
  /** To the right. */
  readonly deltaX: number;
  /** Downwards. */
  readonly deltaY: number;
}

/** `scroll`: CSS pixels. */
export interface ScrollPositionEvent extends LiveEvent {
  /** How far it is scrolled to the right. */
  readonly left: number;
  /** How far it is scrolled down. */
  readonly top: number;
}

/** `toggle` of `<details>` or a popover. */
export interface OpenEvent extends LiveEvent {
  /** Whether it is open now. */
  readonly open: boolean;
}

/** Any other type: a custom event of the page. */
export interface CustomLiveEvent extends LiveEvent {
  /** The event's `detail`, if it is plain data. Not validated: it comes from the browser. */
  readonly detail: unknown;
}

/** The event of each type; types that are not named here are {@linkcode CustomLiveEvent}s. */
export type EventMap = {
  click: LiveEvent;
  dblclick: LiveEvent;
  contextmenu: LiveEvent;
  input: ControlEvent;
  change: ControlEvent;
  submit: FormSubmitEvent;
  reset: LiveEvent;
  keydown: KeyEvent;
  keyup: KeyEvent;
  focus: LiveEvent;
  blur: LiveEvent;
  pointerdown: PointEvent;
  pointerup: PointEvent;
  pointermove: PointEvent;
  pointerenter: LiveEvent;
  pointerleave: LiveEvent;
  mousedown: LiveEvent;
  mouseup: LiveEvent;
  touchstart: LiveEvent;
  touchend: LiveEvent;
  dragstart: LiveEvent;
  dragover: LiveEvent;
  drop: LiveEvent;
  dragend: LiveEvent;
  wheel: WheelTurnEvent;
  scroll: ScrollPositionEvent;
  toggle: OpenEvent;
  // What has no number on the wire is named there in full, and brings nothing.
  animationend: LiveEvent;
  auxclick: LiveEvent;
  beforeinput: LiveEvent;
  cancel: LiveEvent;
  canplay: LiveEvent;
  close: LiveEvent;
  copy: LiveEvent;
  cut: LiveEvent;
  dragenter: LiveEvent;
  dragleave: LiveEvent;
  ended: LiveEvent;
  error: LiveEvent;
  focusin: LiveEvent;
  focusout: LiveEvent;
  invalid: LiveEvent;
  load: LiveEvent;
  loadedmetadata: LiveEvent;
  mouseenter: LiveEvent;
  mouseleave: LiveEvent;
  mousemove: LiveEvent;
  mouseout: LiveEvent;
  mouseover: LiveEvent;
  paste: LiveEvent;
  pause: LiveEvent;
  play: LiveEvent;
  playing: LiveEvent;
  pointercancel: LiveEvent;
  pointerout: LiveEvent;
  pointerover: LiveEvent;
  scrollend: LiveEvent;
  select: LiveEvent;
  timeupdate: LiveEvent;
  touchcancel: LiveEvent;
  touchmove: LiveEvent;
  transitionend: LiveEvent;
  volumechange: LiveEvent;
};

/** A handler: may be async; the page's next event waits until it settles or its deadline. */
// deno-lint-ignore no-explicit-any
export type EventHandler<E extends LiveEvent = any> = (event: E) => unknown;
