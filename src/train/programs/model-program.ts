// Programs of one's own over a model's weights: what their graphs are made of.

import { lookUp } from "../../core/names.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Node } from "../../graph/op.ts";
import { ops } from "../../graph/ops/index.ts";
import { networkAt, type ReplaceLayer, weightsFor } from "../../nn/network-at.ts";
import { preprocess } from "../../nn/preprocess.ts";
import { type GraphParts, stepNumber, weightStates } from "./parts.ts";
import type { Program } from "./program.ts";

/** The model's layers applied to nodes. */
export interface AppliedModel {
  /** The model's outputs, in their order. */
  readonly outputs: readonly Node[];
  /**
   * What a layer gives: `activation("conv2d")`, or `activation("base/conv2d")` for a layer of a model inside.
   * Of a layer that is used several times, its last result.
   *
   * @throws ConfigError where there is no such layer.
   */
  activation(layer: string): Node;
}

/** What the graph of a program over a model's weights is made of. */
export interface ModelParts {
  /** What the model's `preprocess` makes of a batch for the input with this number. Default: 0. */
  preprocess(batch: Node, input?: number): Node;
  /** Makes nodes. */
  readonly build: Builder;
  /** The model's weights by full name, such as `conv2d/kernel`. An update may replace them. */
  readonly weights: ReadonlyMap<string, Node>;
  /**
   * Applies the model's layers to batches `[N, …]`, one for each input: as in prediction, or with
   * `training: true` as in training. Numbers are taken as they are, without the model's `preprocess`.
   */
  apply(inputs: Node | readonly Node[], options?: ApplyOptions): AppliedModel;
  /**
   * What layers give for images `[N, H, W, C]` of any height and width, as in prediction, in the order of `layers`. What
   * comes after them, such as a classifier for one size, is not computed. For models with one input.
   *
   * @throws ConfigError where there is no such layer, ShapeError where one does not take images of this size.
   */
  activations(images: Node, layers: readonly string[], replace?: ReplaceLayer): readonly Node[];
}

/** How a program applies a model. */
export interface ApplyOptions {
  /** Whether layers do what they do in training. Default: false. */
  readonly training?: boolean;
  /**
   * Values that later layers see in place of what a layer gives, by the layer's name, such as
   * `{ conv2d: (result) => build.multiply(result, mask) }`. Default: none.
   */
  readonly substitutes?: Readonly<Record<string, (result: Node) => Node>>;
}

/** A program over a model's weights, for `model.compileProgram`. */
export type ModelProgram = Program<ModelParts>;

/** The graph of `program` over the weights of `model`. */
export function graphOf(
  program: ModelProgram,
  model: Pick<GraphParts, "network" | "seed" | "preprocess">,
): Graph {
  const { network, seed, preprocess: records = [] } = model;
  const weights = weightStates(network);
  const step = stepNumber();
  return program.graph({
    build: ops,
    weights,
    preprocess: (batch, input = 0) => preprocess(ops, batch, records[input]),
    apply(inputs, { training = false, substitutes = {} } = {}) {
      const x = Array.isArray(inputs) ? (inputs as readonly Node[]) : [inputs as Node];
      const paths = Object.fromEntries(network.steps.map(({ path }) => [path, path]));
      for (const layer of Object.keys(substitutes)) lookUp(paths, layer, "layer");
      const substitute = (path: string, result: Node) => substitutes[path]?.(result) ?? result;
      const context = { build: ops, training, weights, step, seed, substitute };
      const { outputs, results } = network.graph(x, context);
      const byLayer = Object.fromEntries(network.steps.map(({ path }, i) => [path, results[i]]));
      return {
        outputs,
        activation: (layer) => lookUp(byLayer, layer, "layer"),
      };
    },
    activations(images, layers, replace) {
      const other = networkAt(network, images.shape.slice(1), layers, replace);
      const own = weightsFor(other, network, weights);
      const context = { build: ops, training: false, weights: own, step, seed };
      return other.graph([images], context).outputs;
    },
  });
}
