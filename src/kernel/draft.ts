// A kernel while it is written, with the storage that each of its buffers stands for.

import type { DType } from "../core/dtype.ts";
import { type Shape, stridesOf } from "../core/shape.ts";
import { type Expression, isLookup, read, readsOf, rewrite } from "../graph/expression.ts";
import { FormulaWriter, type Operand, type Place, positionAt, strideAlong } from "./formula.ts";
import {
  type Kernel,
  type KernelBuffer,
  type Position,
  still,
  sumPositions,
  timesPosition,
} from "./language.ts";
import { KernelWriter } from "./writer.ts";

/** A block of memory of a program: a node's value, a state, or scratch between two kernels. */
export interface Storage {
  readonly name: string;
  readonly dtype: DType;
  /** Elements. */
  readonly size: number;
  /** Each thread has one of its own, which holds anything when a task begins. */
  readonly isWorkspace?: true;
  /** It depends on states alone that no step of the program writes: what is made of it can be kept. */
  readonly isLasting?: true;
  /** It lies in another storage, this many elements from its start. */
  readonly within?: { readonly storage: Storage; readonly offset: number };
}

/** A storage seen as a tensor. */
export interface View {
  readonly storage: Storage;
  readonly shape: Shape;
}

/** A kernel with the storage of each of its buffers, in their order. */
export interface Launch {
  readonly kernel: Kernel;
  readonly bindings: readonly Storage[];
}

/** A value to write, at its cluster's coordinates. */
export interface ViewStore {
  readonly view: View;
  readonly formula: Expression<View>;
}

/** The same, bound to a kernel's buffers. */
export interface BoundStore {
  readonly operand: Operand;
  readonly formula: Expression<Operand>;
  /** Whether it goes around the caches, which would not keep it. */
  readonly isPassing: boolean;
}

export class KernelDraft {
  readonly writer: KernelWriter;
  readonly #buffers = new Map<Storage, KernelBuffer>();
  readonly #known = new Map<Expression<View>, Expression<Operand>>();

  constructor(name: string, lanes: number) {
    this.writer = new KernelWriter(name, lanes);
  }

  /** The kernel's buffer for a storage. */
  buffer(storage: Storage): KernelBuffer {
    const known = this.#buffers.get(storage);
    if (known !== undefined) return known;
    const buffer = this.writer.buffer(`b${this.#buffers.size}`, storage.dtype, storage.size);
    this.#buffers.set(storage, buffer);
    return buffer;
  }

  /** Room for a task: what it holds is lost between tasks. */
  workspace(size: number): KernelBuffer {
    const name = `workspace${this.#buffers.size}`;
    return this.buffer({ name, dtype: "f32", size, isWorkspace: true });
  }

  operand({ storage, shape }: View): Operand {
    return { buffer: this.buffer(storage), shape, dtype: storage.dtype };
  }

  /** A formula over views as one over this kernel's buffers; shared parts stay shared. */
  bind(formula: Expression<View>): Expression<Operand> {
    return rewrite<View, Operand>(
      formula,
      (r) =>
        read(
          this.operand(r.source),
          r.index.map((index) => (isLookup(index) ? { lookup: this.bind(index.lookup) } : index)),
          r.outside,
        ),
      (at) => at,
      this.#known,
    );
  }

  /** `isPassing` says which of them go around the caches. */
  bindStores(
    stores: readonly ViewStore[],
    isPassing: (storage: Storage) => boolean = () => false,
  ): BoundStore[] {
    return stores.map(({ view, formula }) => ({
      operand: this.operand(view),
      formula: this.bind(formula),
      isPassing: isPassing(view.storage),
    }));
  }

  /** Evaluates what is to be stored at `place`, and stores it. */
  writeStores(stores: readonly BoundStore[], place: Place): void {
    const formulas = new FormulaWriter(this.writer, place);
    const values = stores.map(({ formula }) => formulas.evaluate(formula));
    stores.forEach(({ operand, isPassing }, i) => {
      const value = place.vectorAxis === undefined ? values[i] : this.writer.splat(values[i]);
      const at = flatten(place.axes, operand.shape);
      const stride =
        place.vectorAxis === undefined ? 1 : stridesOf(operand.shape)[place.vectorAxis];
      const into = this.writer.access(operand.buffer, at);
      if (isPassing && value.vector && stride === 1) {
        this.writer.storeAround(into, value, place.lanes);
      } else {
        this.writer.store(into, value, place.lanes, stride);
      }
    });
  }

  /** Asks for what `writeStores` will touch at `place`: the results, and what differs along `axis`. */
  fetchStores(stores: readonly BoundStore[], { axes }: Place, axis: number): void {
    const fetch = ({ buffer, shape }: Operand, at: readonly Position[]) =>
      this.writer.prefetch(this.writer.access(buffer, flatten(at, shape)));
    for (const { operand, formula } of stores) {
      fetch(operand, axes);
      for (const r of readsOf(formula)) {
        const places = r.index.flatMap((at) => (isLookup(at) ? [] : [positionAt(at, axes)]));
        const isKnown = places.length === r.index.length;
        if (isKnown && strideAlong(r, axis) !== 0) fetch(r.source, places);
      }
    }
  }

  finish(): Launch {
    return { kernel: this.writer.finish(), bindings: [...this.#buffers.keys()] };
  }
}

/** The element of a row-major `shape` at `axes`. */
export function flatten(axes: readonly Position[], shape: Shape): Position {
  const strides = stridesOf(shape);
  return sumPositions(still(0), ...axes.map((at, i) => timesPosition(at, strides[i])));
}
