// Which values of a graph are made row by row: a row of theirs, such as what a layer makes of one image,
// needs nothing but the same row of others and what all rows share. They can be made some rows at a time.

import type { Computation } from "./computation.ts";
import { type Affine, type Expression, type Index, isLookup } from "./expression.ts";
import { dependentsOf } from "./graph.ts";
import { computationOf, type Node } from "./op.ts";

/** The values that are made row by row, and how many rows they have. */
export interface ByRows {
  readonly rows: number;
  readonly nodes: ReadonlySet<Node>;
}

/**
 * What is made row by row of the inputs, if those that have axes all have the same number of rows, and more
 * than one. `order` has the nodes of a graph of primitive ops, inputs before users.
 */
export function valuesByRows(order: readonly Node[]): ByRows | undefined {
  const isInput = (node: Node) => node.op.name === "input" && node.shape.length > 0;
  const counts = new Set(order.filter(isInput).map(({ shape }) => shape[0]));
  const [rows] = counts;
  if (counts.size !== 1 || rows < 2) return undefined;
  const nodes = new Set<Node>();
  const moving = dependentsOf(order, isInput);
  for (const node of order) {
    if (!moving.has(node) || node.shape[0] !== rows) continue;
    const isMade = () => new Rule(node, nodes, moving).holds(computationOf(node));
    if (isInput(node) || isMade()) nodes.add(node);
  }
  return { rows, nodes };
}

/** Whether a value is made row by row, if all before it are known. */
class Rule {
  readonly #inputs: readonly Node[];
  readonly #byRows: ReadonlySet<Node>;
  /** What depends on rows, row by row or not. */
  readonly #moving: ReadonlySet<Node>;
  /** Formulas share parts: each is looked at once. */
  readonly #seen = new Set<Expression<number>>();

  constructor({ inputs }: Node, byRows: ReadonlySet<Node>, moving: ReadonlySet<Node>) {
    this.#inputs = inputs;
    this.#byRows = byRows;
    this.#moving = moving;
  }

  holds(computation: Computation): boolean {
    const [first, second] = this.#inputs;
    switch (computation.kind) {
      case "source":
        return false;
      case "alias":
        return this.#byRows.has(first);
      case "map":
      case "argMaximum":
        return this.#formula(computation.body);
      case "reduce": {
        const { body, finish } = computation;
        return this.#formula(body) && (finish === undefined || this.#formula(finish));
      }
      case "convolution":
        return (
          computation.pass !== "filterGradient" &&
          this.#byRows.has(first) &&
          !this.#moving.has(second)
        );
      case "poolGradient":
        return this.#inputs.every((input) => this.#byRows.has(input));
    }
  }

  #formula(formula: Expression<number>): boolean {
    if (this.#seen.has(formula)) return true;
    this.#seen.add(formula);
    switch (formula.kind) {
      case "constant":
      case "result":
        return true;
      case "coordinate":
        return isShared(formula.at);
      case "scalar":
        return formula.args.every((arg) => this.#formula(arg));
      case "read":
        return this.#read(this.#inputs[formula.source], formula);
    }
  }

  #read(source: Node, { index, outside }: Extract<Expression<number>, { kind: "read" }>): boolean {
    const inside = (some: readonly Index<number>[]) =>
      some.every((at) => (isLookup(at) ? this.#formula(at.lookup) : isShared(at)));
    if (this.#byRows.has(source)) return isRow(index[0]) && inside(index.slice(1));
    // One number everywhere is the same wherever it is read.
    if (source.op.name === "constant" && outside === undefined) return true;
    return !this.#moving.has(source) && inside(index);
  }
}

/** Whether a position is the same for all rows. */
function isShared({ factors }: Affine): boolean {
  return (factors[0] ?? 0) === 0;
}

/** Whether a position is the row itself. */
function isRow(index: Index<number>): boolean {
  if (isLookup(index)) return false;
  const { offset, factors } = index;
  return offset === 0 && factors[0] === 1 && factors.slice(1).every((factor) => factor === 0);
}

/** What is left of a contraction over `rows` rows for `some` of them. */
export function forRows<C extends Computation>(computation: C, some: number): C {
  if (computation.kind === "poolGradient") return { ...computation, images: some };
  if (computation.kind !== "convolution") return computation;
  const { geometry } = computation;
  if (geometry.images > 1) return { ...computation, geometry: { ...geometry, images: some } };
  // The rows of a matrix are the pixels of one image.
  const [high, wide] = geometry.window;
  const window = [high, { ...wide, input: some, output: some }];
  return { ...computation, geometry: { ...geometry, window } };
}
