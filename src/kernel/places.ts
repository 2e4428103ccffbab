// Where the values of a graph lie: one storage for each, or, where clusters take turns, one for the rows of
// a turn, which is a part of a whole if anyone outside of the turns sees it.

import type { DType } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { sourceName } from "../graph/graph.ts";
import type { Node } from "../graph/op.ts";
import { type Cluster, type Root, storageOf } from "../graph/passes/05-fuse.ts";
import { type ByRows, forRows } from "../graph/rows.ts";
import type { Launch, Storage, View } from "./draft.ts";
import type { Stage } from "./schedules/schedule.ts";

export function newStorage(name: string, dtype: DType, size: number): Storage {
  return { name, dtype, size };
}

/** The places of a graph's values, for all rows or for those of one turn. */
export class Places {
  readonly byRows: ByRows | undefined;
  /** What is not the same in every step. */
  readonly #moving: ReadonlySet<Node>;
  readonly #storages = new Map<Node, Storage>();
  /** The places for all rows, and how many turns take these; undefined where these are such. */
  readonly #whole: Places | undefined;
  readonly #turns: number;
  readonly #sections: Places[] = [];

  constructor(moving: ReadonlySet<Node>, byRows: ByRows | undefined, whole?: Places, turns = 1) {
    this.#moving = moving;
    this.byRows = byRows;
    this.#whole = whole;
    this.#turns = turns;
  }

  /** Places for a stretch that takes all rows in `turns`. */
  forTurns(turns: number): Places {
    if (turns === 1) return this;
    const places = new Places(this.#moving, this.byRows, this, turns);
    this.#sections.push(places);
    return places;
  }

  /** The same, for estimates: nothing that lies there is seen elsewhere. */
  apart(turns: number): Places {
    return new Places(this.#moving, this.byRows, new Places(this.#moving, this.byRows), turns);
  }

  storage(node: Node): Storage {
    const base = storageOf(node);
    if (this.#whole !== undefined && !this.#isPart(base)) return this.#whole.storage(base);
    const known = this.#storages.get(base);
    if (known !== undefined) return known;
    const isSource = base.op.name === "state" || base.op.name === "input";
    const name = isSource ? sourceName(base) : `${base.op.name}${this.#storages.size}`;
    const plain = newStorage(name, base.dtype, sizeOf(base.shape) / this.#turns);
    const storage: Storage = this.#moving.has(base) ? plain : { ...plain, isLasting: true };
    this.#storages.set(base, storage);
    return storage;
  }

  view(node: Node): View {
    const shape = this.#isPart(storageOf(node)) ? this.#inTurn(node.shape) : node.shape;
    return { storage: this.storage(node), shape };
  }

  /** The domain of a cluster of these places. */
  shapeOf({ shape }: Cluster): Shape {
    return this.#whole === undefined ? shape : this.#inTurn(shape);
  }

  /** The root of a cluster of these places. */
  rootOf(root: Root): Root {
    return this.#whole === undefined ? root : forRows(root, this.#rows);
  }

  /** The places of what is made row by row: of all rows and, for each stretch, of those of one turn. */
  get rowStorages(): Storage[] {
    const own = [...this.#storages].filter(([node]) => this.byRows?.nodes.has(node));
    return [...own.map(([, storage]) => storage), ...this.#sections.flatMap((s) => s.rowStorages)];
  }

  /** The stages of all turns, each on its own part of what is seen outside of them. */
  inTurns(stages: readonly Stage[]): readonly Stage[] {
    const whole = this.#whole;
    if (whole === undefined) return stages;
    const seen = [...this.#storages].filter(([node]) => whole.#isSeenBesides(this, node));
    return Array.from({ length: this.#turns }, (_, turn) => {
      const parts = new Map(
        seen.map(([node, part]) => {
          const within = { storage: whole.storage(node), offset: turn * part.size };
          return [part, { ...part, within }] as const;
        }),
      );
      const move = ({ kernel, bindings }: Launch): Launch => ({
        kernel,
        bindings: bindings.map((storage) => parts.get(storage) ?? storage),
      });
      return stages.map((stage) => stage.map(move));
    }).flat();
  }

  get #rows(): number {
    return (this.byRows?.rows ?? 1) / this.#turns;
  }

  #inTurn([, ...rest]: Shape): Shape {
    return [this.#rows, ...rest];
  }

  #isPart(base: Node): boolean {
    return this.#whole !== undefined && this.byRows?.nodes.has(base) === true;
  }

  /** Whether anyone but `section` has a place for a node. */
  #isSeenBesides(section: Places, node: Node): boolean {
    const others = this.#sections.filter((other) => other !== section);
    return [this, ...others].some((places) => places.#storages.has(node));
  }
}
