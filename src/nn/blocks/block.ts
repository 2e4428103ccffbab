// What blocks have in common.

import type { Facts } from "../facts.ts";

/** The facts of a block. Keras has no blocks: its files know their layers. */
export function blockFacts<O extends object>(own: Omit<Facts<O>, "group" | "keras">): Facts<O> {
  return { group: "blocks", ...own };
}
