// Whether the examples that validationSplit holds back have the classes that are trained on. They are
// taken from the end, as in Keras, which goes wrong where the examples are sorted by class.

import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Warn } from "../core/warn.ts";
import { printWarning } from "../platform/print-warning.ts";
import type { Head } from "./heads.ts";
import type { OrderedExamples } from "./model-examples.ts";

/** From so many examples on it is no accident that they are all of one class. */
const fewest = 10;
/** Classes that a message lists. */
const mostListed = 5;

/** Losses that compare values, one for each class. */
const losesByClass = /crossentropy|hinge/i;

/** Warns where the examples from number `count` on have classes that say little about the others. */
export function warnOfHeldClasses(
  heads: readonly Head[],
  { y }: OrderedExamples,
  { count, held }: { readonly count: number; readonly held: number },
  warn: Warn = printWarning,
): void {
  if (held === 0) return;
  heads.forEach((head, i) => {
    const labels = labelsOf(head, y[i]);
    if (labels === undefined) return;
    const message = messageOf(new Set(labels.slice(0, count)), labels.slice(count));
    if (message === undefined) return;
    const output = heads.length === 1 ? "" : ` of the output "${head.name}"`;
    warn(
      `validationSplit holds back the last ${held} examples${output}, ${message} ` +
        "The examples seem to be sorted by class: shuffle them first, or give validationData.",
    );
  });
}

/** A class for each example; undefined where the targets are no classes. */
function labelsOf({ loss }: Head, { data, shape }: Tensor): number[] | undefined {
  const rows = shape[0];
  const columns = sizeOf(shape.slice(1));
  if (shape.length > 2 || (loss.targets !== "classes" && !losesByClass.test(loss.name))) {
    return undefined;
  }
  const values: ArrayLike<number> = data;
  return Array.from({ length: rows }, (_, row) => {
    let best = row * columns;
    for (let i = best; i < (row + 1) * columns; i++) if (values[i] > values[best]) best = i;
    return columns === 1 ? values[row] : best - row * columns;
  });
}

function messageOf(trained: ReadonlySet<number>, heldLabels: readonly number[]) {
  const held = new Set(heldLabels);
  const unseen = [...held].filter((label) => !trained.has(label));
  if (held.size === 1 && heldLabels.length >= fewest && new Set([...trained, ...held]).size > 1) {
    const also = unseen.length === 0 ? "" : ", which no training example has";
    return `all of class ${heldLabels[0]}${also}.`;
  }
  if (unseen.length === 0) return undefined;
  const listed = unseen.slice(0, mostListed).join(", ");
  const more = unseen.length > mostListed ? ` and ${unseen.length - mostListed} more` : "";
  return `whose classes ${listed}${more} no training example has.`;
}
