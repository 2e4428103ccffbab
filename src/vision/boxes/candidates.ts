// What suppression looks at: boxes from the highest score down, class by class, and what is kept of them.

import { type OptionNames, requireWhole } from "../../core/option.ts";
import { float32Of, type Tensor } from "../../core/tensor.ts";
import { boxList, requirePerBox } from "./box-list.ts";
import { scoreOrder } from "./score-order.ts";

/** What all kinds of suppression have in common. */
export interface CandidateChoice {
  /** The class of each box, `[B]`: boxes of different classes do not suppress each other. Default: all are of one class. */
  readonly classes?: Int32Array;
  /** How many boxes are kept at most. Default: all. */
  readonly maxDetections?: number;
  /** Only so many boxes with the highest scores are looked at. Default: all. */
  readonly maxCandidates?: number;
}

/** What is kept, the highest score first. */
export interface KeptBoxes {
  /** `[K]`: rows of the boxes that were given. */
  readonly indices: Int32Array;
  /** `[K]`: what their scores became. */
  readonly scores: Float32Array;
}

export const candidateNames: OptionNames<CandidateChoice> = {
  classes: true,
  maxDetections: true,
  maxCandidates: true,
};
/** Boxes of one class, by their scores. */
interface BoxGroup {
  /** The boxes in this order. */
  readonly data: Float32Array;
  /** Where they stand in what was given. */
  readonly rows: Int32Array;
}

export interface Candidates {
  readonly groups: readonly BoxGroup[];
  /** How many are kept at most. */
  readonly most: number;
  /** 1 for each row that is kept; what suppresses fills it. */
  readonly kept: Uint8Array;
  /** The rows that are kept, by the scores that were given. */
  keptRows(): Int32Array;
  /** The rows that are kept, by the scores that they have now. */
  result(scores: Float32Array): KeptBoxes;
}

/** What was given, checked, sorted and in groups. */
export function candidatesOf(
  call: string,
  boxes: Tensor,
  scores: Float32Array,
  { classes, maxDetections, maxCandidates }: CandidateChoice,
  scoreThreshold: number,
): Candidates {
  const { data, count } = boxList(call, boxes);
  requirePerBox(call, "scores", scores, count);
  if (classes !== undefined) requirePerBox(call, "classes", classes, count);
  if (maxDetections !== undefined) requireWhole("maxDetections", maxDetections, 0);
  if (maxCandidates !== undefined) requireWhole("maxCandidates", maxCandidates, 0);
  const most = maxDetections ?? count;
  const values = float32Of(scores);
  const sorted = scoreOrder(values);
  let length = Math.min(maxCandidates ?? count, count);
  while (length > 0 && values[sorted[length - 1]] < scoreThreshold) length--;
  const kept = new Uint8Array(count);
  const keptRows = () => sorted.filter((row) => kept[row] === 1);
  return {
    groups: groupsOf(sorted.subarray(0, length), classes).map((rows) => ({
      data: rowsOf(data, rows),
      rows,
    })),
    most,
    kept,
    keptRows,
    result: (after) => {
      const indices = scoreOrder(after, keptRows()).slice(0, most);
      return { indices, scores: Float32Array.from(indices, (row) => after[row]) };
    },
  };
}

/** The rows of each class, in the order in which they come. */
function groupsOf(order: Int32Array, classes: Int32Array | undefined): Int32Array[] {
  if (classes === undefined) return [order];
  const counts = new Map<number, number>();
  for (const row of order) counts.set(classes[row], (counts.get(classes[row]) ?? 0) + 1);
  const groups = new Map([...counts].map(([label, count]) => [label, new Int32Array(count)]));
  const filled = new Map<number, number>();
  for (const row of order) {
    const at = filled.get(classes[row]) ?? 0;
    groups.get(classes[row])?.fill(row, at, at + 1);
    filled.set(classes[row], at + 1);
  }
  return [...groups.values()];
}

function rowsOf(data: Float32Array, rows: Int32Array): Float32Array {
  const result = new Float32Array(4 * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const from = 4 * rows[i];
    for (let k = 0; k < 4; k++) result[4 * i + k] = data[from + k];
  }
  return result;
}
