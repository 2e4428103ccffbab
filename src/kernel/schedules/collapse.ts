// Fewer, longer axes: neighbours that every read and every coordinate walks through in one stride become
// one axis. A tensor that is used elementwise becomes one long row.

import {
  type Affine,
  addAffine,
  axis,
  type Expression,
  fixed,
  isLookup,
  read,
  readsOf,
  rewrite,
  scaleAffine,
  substitute,
} from "../../graph/expression.ts";
import type { View } from "../draft.ts";

type Formula = Expression<View>;

/** Formulas and extents with as few axes as can be. */
export interface Collapsed {
  readonly formulas: Formula[];
  /** How many of the axes are the domain's; those of the reduction follow. */
  readonly free: number;
  readonly extents: number[];
}

type Index = Extract<Formula, { kind: "read" }>["index"][number];

/** Neighbouring axes as one, but for those at which values are looked up. */
function flattened({ source, index }: Extract<Formula, { kind: "read" }>): Formula {
  const shape: number[] = [];
  const flat: Index[] = [];
  let before: Affine | undefined;
  for (const [i, at] of index.entries()) {
    const extent = source.shape[i];
    if (isLookup(at)) {
      before = undefined;
      shape.push(extent);
      flat.push(at);
    } else if (before === undefined) {
      before = at;
      shape.push(extent);
      flat.push(at);
    } else {
      before = addAffine(scaleAffine(before, extent), at);
      shape[shape.length - 1] *= extent;
      flat[flat.length - 1] = before;
    }
  }
  const { storage } = source;
  return flat.length === 0
    ? read({ storage, shape: [1] }, [fixed(0)])
    : read({ storage, shape }, flat);
}

/** Reads with as few axes as can be, where a read is always inside. */
function flattenReads(formula: Formula, known: Map<Formula, Formula>): Formula {
  return rewrite<View, View>(
    formula,
    (r) => (r.outside === undefined ? flattened(r) : r),
    (at) => at,
    known,
  );
}

function coordinatesOf(formula: Formula): Affine[] {
  const found: Affine[] = [];
  const visited = new Set<Formula>();
  const visit = (f: Formula) => {
    if (visited.has(f)) return;
    visited.add(f);
    if (f.kind === "coordinate") found.push(f.at);
    if (f.kind === "scalar") f.args.forEach(visit);
    if (f.kind !== "read") return;
    for (const index of f.index) if (isLookup(index)) visit(index.lookup);
  };
  visit(formula);
  return found;
}

/** Collapses the first `free` axes among themselves, and the others among themselves. */
export function collapse(
  formulas: readonly Formula[],
  extents: readonly number[],
  free: number,
): Collapsed {
  const known = new Map<Formula, Formula>();
  const flat = formulas.map((formula) => flattenReads(formula, known));
  const walks: Affine[] = [];
  const pinned = new Set<number>();
  const pin = (at: Affine) => {
    for (const [a, factor] of at.factors.entries()) if (factor !== 0) pinned.add(a);
  };
  for (const formula of flat) {
    walks.push(...coordinatesOf(formula));
    for (const r of readsOf(formula)) {
      for (const index of r.index) {
        if (isLookup(index)) continue;
        if (r.outside === undefined) walks.push(index);
        else pin(index);
      }
    }
  }
  const factor = (at: Affine, a: number) => at.factors[a] ?? 0;
  const axes: Affine[] = [];
  const newExtents: number[] = [];
  let newFree = 0;
  let previous = -1;
  extents.forEach((extent, a) => {
    if (a === free) {
      newFree = newExtents.length;
      previous = -1;
    }
    if (extent === 1) {
      axes.push(fixed(0));
      return;
    }
    const merges =
      previous >= 0 &&
      !pinned.has(a) &&
      !pinned.has(previous) &&
      walks.every((at) => factor(at, previous) === factor(at, a) * extent);
    if (merges) {
      axes[previous] = fixed(0);
      newExtents[newExtents.length - 1] *= extent;
    } else {
      newExtents.push(extent);
    }
    axes.push(axis(newExtents.length - 1));
    previous = a;
  });
  if (free >= extents.length) newFree = newExtents.length;
  const shared = new Map<Formula, Formula>();
  return {
    formulas: flat.map((formula) => substitute(formula, axes, shared)),
    free: newFree,
    extents: newExtents,
  };
}
