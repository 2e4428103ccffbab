// Places whose target is not known: they count neither for nor against a model.

import { requireOption } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";

/** The option of losses that leave places out. */
export interface IgnoringOptions {
  /** A target whose places do not count, such as 255 at the edges of masks. Default: none. */
  readonly ignoreClass?: number | null;
}

/** @throws ConfigError unless it is a whole number, or null. */
export function requireIgnoreClass(ignoreClass: number | null): void {
  const isWhole = ignoreClass === null || Number.isSafeInteger(ignoreClass);
  requireOption("ignoreClass", ignoreClass, isWhole, "a whole number");
}

/** Shaped as the targets: 1 where a place counts, 0 where its target is the one that is ignored. */
export function countingPlaces(targets: Node, ignoreClass: number, build: Builder): Node {
  const dtype = targets.dtype === "f32" ? "f32" : "i32";
  const ignored = build.equal(targets, build.constant(ignoreClass, [], dtype));
  return build.subtract(build.constant(1), ignored);
}

/** Class numbers in which those that are ignored are no class, so that their row is zeros. */
export function withoutIgnored(labels: Node, ignoreClass: number, build: Builder): Node {
  const ignored = build.equal(labels, build.constant(ignoreClass, [], "i32"));
  return build.select(ignored, build.constant(-1, [], "i32"), labels);
}

/** What a loss that leaves places out says of it: the class, where there is one. */
export function ignoring(ignoreClass: number | null): { readonly ignoreClass?: number } {
  return ignoreClass === null ? {} : { ignoreClass };
}

/**
 * The mean of `values` over `axis`, of the places that count alone, and 0 where none does: what
 * losses of single values have in common.
 */
export function meanOfCounting(
  values: Node,
  { targets, ignoreClass, axis }: Ignored,
  build: Builder,
): Node {
  if (ignoreClass === null) return build.mean(values, { axes: [axis] });
  const counts = countingPlaces(targets, ignoreClass, build);
  const most = build.maximum(build.sum(counts, { axes: [axis] }), build.constant(1));
  return build.divide(build.sum(build.multiply(values, counts), { axes: [axis] }), most);
}

/** Values as targets, of which some may be ignored, and the axis that is joined. */
interface Ignored {
  readonly targets: Node;
  readonly ignoreClass: number | null;
  readonly axis: number;
}

/** The targets with 0 in the place of those that are ignored: no formula may see those. */
export function withoutIgnoredValues(
  targets: Node,
  ignoreClass: number | null,
  build: Builder,
): Node {
  if (ignoreClass === null) return targets;
  return build.multiply(targets, countingPlaces(targets, ignoreClass, build));
}

/** The mask of a loss whose numbers are means over `axis`: 1 where at least one place counts. */
export function maskOfCounting(
  ignoreClass: number | null,
  axis: number,
): { readonly mask?: (targets: Node, build: Builder) => Node } {
  if (ignoreClass === null) return {};
  return {
    mask: (targets, build) =>
      build.reduceMaximum(countingPlaces(targets, ignoreClass, build), { axes: [axis] }),
  };
}
