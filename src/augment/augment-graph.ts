// The graph of layers on a batch of images, and of what follows them: masks and boxes go the same way, as the
// same draws are made again; labels are mixed as the images are.

import type { BoundingBoxFormat } from "../core/bounding-box-format.ts";
import type { DType } from "../core/dtype.ts";
import { ConfigError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type { Graph } from "../graph/graph.ts";
import type { Node } from "../graph/op.ts";
import { ops } from "../graph/ops/index.ts";
import type { CallContext, LayerPlan, Mixing } from "../nn/layer.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { type Geometry, sampled } from "../nn/layers/geometry.ts";
import { mixed } from "../nn/layers/mixing.ts";
import { boxesOf, type Edges, edgesOf, movedEdges } from "./boxes.ts";

/** What a batch is made of, by name. */
export type BatchTypes = Readonly<
  Record<string, { readonly shape: Shape; readonly dtype: DType } | undefined>
>;

export interface AugmentSettings {
  readonly seed: number;
  readonly boundingBoxFormat: BoundingBoxFormat;
}

/** What follows the images from layer to layer. */
interface Followers {
  masks: Node | undefined;
  edges: Edges | undefined;
  labels: Node | undefined;
}

/** The graph that applies `layers`. @throws ConfigError, ShapeError */
export function augmentGraph(
  layers: readonly LayerInstance[],
  { seed, boundingBoxFormat }: AugmentSettings,
  types: BatchTypes,
): Graph {
  const given = (name: string) => {
    const type = types[name];
    return type === undefined ? undefined : ops.input(name, type);
  };
  const float = (node: Node) => (node.dtype === "f32" ? node : ops.cast(node, "f32"));
  const source = given("images") as Node;
  let images = float(source);
  const [masks, boxes] = [given("segmentationMasks"), given("boundingBoxes")];
  const sizeOf = ({ shape }: Node) => [shape[1], shape[2]] as const;
  const following: Followers = {
    masks: masks && float(masks),
    edges: boxes && edgesOf(ops, float(boxes), boundingBoxFormat, sizeOf(images)),
    labels: given("labels"),
  };
  const step = ops.input("step", { shape: [], dtype: "i32" });
  for (const [stream, layer] of layers.entries()) {
    const plan = layer.plan([images.shape.slice(1)]);
    requireNoWeights(layer, plan);
    const mixings: Mixing[] = [];
    const context: CallContext = {
      build: ops,
      training: true,
      trainable: false,
      weights: {},
      step,
      seed,
      stream,
      update: () => undefined,
      replace: (_, value) => value,
      mix: (mixing) => mixings.push(mixing),
    };
    const before = images;
    images = plan.call([before], context);
    const geometry = plan.geometry?.(before.shape[0], context);
    if (geometry !== undefined) move(following, geometry, layer);
    else if (!sameSize(before, images)) refuseFollowers(following, layer, "changes their size");
    for (const mixing of mixings) mixLabels(following, mixing, layer);
  }
  const outputs: Record<string, Node> = { images };
  if (following.masks !== undefined) outputs.segmentationMasks = following.masks;
  if (following.edges !== undefined) {
    outputs.boundingBoxes = boxesOf(ops, following.edges, boundingBoxFormat, sizeOf(images));
  }
  if (following.labels !== undefined) outputs.labels = following.labels;
  return { outputs, updates: [] };
}

function sameSize(a: Node, b: Node): boolean {
  return a.shape[1] === b.shape[1] && a.shape[2] === b.shape[2];
}

function requireNoWeights(layer: LayerInstance, { weights }: LayerPlan): void {
  if (weights.length === 0) return;
  throw new ConfigError({
    what: `The layer ${layer.kind} has weights, and augmentation has none to give it.`,
    expected: "layers without weights",
    received: weights.map(({ name }) => name).join(", "),
    fix: "put it into a model",
  });
}

function move(following: Followers, geometry: Geometry, layer: LayerInstance): void {
  const { masks, edges } = following;
  if (edges !== undefined && geometry.displacement !== undefined) {
    refuse("boundingBoxes", layer, "warps images, and boxes cannot follow");
  }
  if (masks !== undefined) {
    const sampling = { ...geometry.sampling, interpolation: "nearest", fillValue: 0 } as const;
    following.masks = sampled(ops, masks, { ...geometry, sampling });
  }
  if (edges !== undefined) following.edges = movedEdges(ops, edges, geometry);
}

function mixLabels(following: Followers, mixing: Mixing, layer: LayerInstance): void {
  refuseFollowers(following, layer, "mixes images");
  const { labels } = following;
  if (labels === undefined) return;
  if (labels.dtype !== "f32" || labels.shape.length < 2) {
    refuse("labels", layer, "mixes images, and needs rows of shares, [N, K] in Float32Array");
  }
  following.labels = mixed(ops, labels, mixing);
}

function refuseFollowers({ masks, edges }: Followers, layer: LayerInstance, why: string): void {
  if (masks !== undefined) refuse("segmentationMasks", layer, `${why}, and masks cannot follow`);
  if (edges !== undefined) refuse("boundingBoxes", layer, `${why}, and boxes cannot follow`);
}

function refuse(part: string, layer: LayerInstance, why: string): never {
  throw new ConfigError({
    what: `${part} cannot go through ${layer.kind}: it ${why}.`,
    expected: "layers that move images, or change their colours alone",
    received: layer.kind,
    fix: `leave out ${layer.kind}, or ${part}`,
  });
}
