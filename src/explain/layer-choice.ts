// Where a network is looked into when nobody says where.

import { ConfigError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Network } from "../nn/network.ts";
import type { Step } from "../nn/steps.ts";

/** A layer, and why it was taken. */
export interface LayerChoice {
  readonly layer: string;
  readonly reason: string;
}

/** Layers that hand on what others found: they pick, move or scale it, and find nothing themselves. */
const carriers = /pool|dropout|padding|cropping|identity|reshape|permute|flatten|rescaling|noise/i;

const isPicture = ({ plan: { outputShape } }: Step) =>
  outputShape.length === 3 && outputShape[0] * outputShape[1] > 1;

/**
 * The last layer whose results still have rows and columns: the most that is known of what a picture shows
 * while it is still known where.
 *
 * @throws ConfigError where no layer's result has rows and columns.
 */
export function lastSpatialLayer(network: Network): LayerChoice {
  const { steps } = network;
  // Of a network that ends in a picture, the result itself is what is explained.
  const last = steps.length - 1;
  const place = steps.findLastIndex(
    (step, i) => isPicture(step) && !carriers.test(step.layer.kind) && i < last,
  );
  if (place < 0) {
    throw new ConfigError({
      what: `The model "${network.name}" has no layer to look into.`,
      expected: "a layer whose result has rows and columns, such as a convolution",
      received: "results without rows and columns",
      fix: "take a method that looks at the input, such as integratedGradients or occlusion",
    });
  }
  const { path, plan } = steps[place];
  const [rows, columns] = plan.outputShape;
  const end = steps.slice(place + 1).find((step) => !isPicture(step));
  const before = end === undefined ? "the end" : `"${end.path}" joins them`;
  return {
    layer: path,
    reason: `the last layer with rows and columns (${rows} x ${columns}) before ${before}`,
  };
}

/**
 * The last layer of a size whose results go more than one way: what several results are read from. Where there is none,
 * the last layer of that size.
 *
 * @throws ConfigError where no layer's result has that size.
 */
export function lastLayerOfSize(
  network: Network,
  [rows, columns]: readonly [rows: number, columns: number],
): LayerChoice {
  const { steps, inputs } = network;
  const uses = new Map<number, number>();
  for (const step of steps) for (const i of step.inputs) uses.set(i, (uses.get(i) ?? 0) + 1);
  const fits = ({ plan: { outputShape: shape } }: Step) =>
    shape.length === 3 && shape[0] === rows && shape[1] === columns;
  const isShared = (step: Step, i: number) => fits(step) && (uses.get(inputs.length + i) ?? 0) > 1;
  const found = steps.findLast(isShared) ?? steps.findLast(fits);
  if (found === undefined) {
    throw new ConfigError({
      what: `The model "${network.name}" has no layer of the size that is looked for.`,
      expected: `a layer with results [N, ${rows}, ${columns}, C]`,
      received: "none",
    });
  }
  const reason = `the last features of this size (${rows} x ${columns}) that several results are read from`;
  return { layer: found.path, reason };
}

/**
 * The last layer of those with the fewest rows and columns, which see the most of a picture.
 *
 * @throws ConfigError where no layer's result has rows and columns.
 */
export function coarsestLayer(network: Network): LayerChoice {
  const pictures = network.steps.filter(
    (step) => isPicture(step) && !carriers.test(step.layer.kind),
  );
  const area = ({ plan: { outputShape: shape } }: Step) => shape[0] * shape[1];
  const least = Math.min(...pictures.map(area));
  const found = pictures.findLast((step) => area(step) === least);
  if (found === undefined) return lastSpatialLayer(network);
  const [rows, columns] = found.plan.outputShape;
  const reason = `the coarsest layer (${rows} x ${columns}), which sees the most of the picture`;
  return { layer: found.path, reason };
}

/** The shape of what a layer gives, without N. @throws ConfigError where there is no such layer. */
export function resultShape(network: Network, layer: string): readonly number[] {
  const steps = Object.fromEntries(network.steps.map((step) => [step.path, step]));
  return lookUp<Step>(steps, layer, "layer").plan.outputShape;
}

/** @throws ConfigError unless the layer exists and its result has rows and columns. */
export function requireSpatialLayer(network: Network, layer: string): void {
  const shape = resultShape(network, layer);
  if (shape.length === 3) return;
  throw new ConfigError({
    what: `The layer "${layer}" cannot be drawn as a map.`,
    expected: "a layer whose result has rows and columns, [N, H, W, C]",
    received: `[${["N", ...shape].join(", ")}]`,
  });
}
