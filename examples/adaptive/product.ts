/**
 * What is sold. One shop: whoever buys, every player sees what is left.
 *
 * @module
 */
import { type Signal, signal } from "@vango/vango";

/** A product. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: string;
  readonly blurb: string;
  readonly imageUrl: string;
}

/** The lamp. */
export const LAMP: Product = {
  id: "lamp-7",
  name: "Lumen desk lamp",
  price: "€ 89",
  blurb: "Warm light, a brass joint, and a cord that does not show.",
  imageUrl: "/assets/lamp.svg",
};

/** How many lamps are left: a signal of the process, which all pages share. */
export const stock: Signal<number> = signal(24);
