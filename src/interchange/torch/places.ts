// Which parameter of a state dictionary belongs to which weight of a network, and what its layout
// depends on.

import type { Shape } from "../../core/shape.ts";
import type { Network } from "../../nn/network.ts";
import { weightName } from "../../nn/steps.ts";
import { type PlacedTorchWeight, parameterOf } from "./layout.ts";
import type { TorchNames } from "./names.ts";

/** A weight, and the parameter that is its. */
export interface TorchPlace extends PlacedTorchWeight {
  /** The layer's name, behind those of the networks around it. */
  readonly path: string;
  /**
   * The parameter's name; null where the source has none, undefined where its name is not known.
   */
  readonly parameter: string | null | undefined;
  /** The module that the parameter lies in, where it does. */
  readonly module: string | undefined;
  /** What the moving variance is more here than there: the source's epsilon less the network's. */
  readonly added: number;
}

/** Every weight of a network. */
export function torchPlaces(network: Network, names: TorchNames): TorchPlace[] {
  const images = flattenedImages(network);
  return network.owners.flatMap(({ layer, path, weights }) =>
    weights.map((spec): TorchPlace => {
      const weight = { ...spec, fullName: weightName(path, spec.name) };
      const placed = { weight, kind: layer.kind, flattened: images.get(path) };
      const found = names.module(path, spec.name);
      const module = typeof found === "string" ? found : undefined;
      const inside = module === "" ? "" : `${module}.`;
      const parameter =
        found === null || found === undefined
          ? found
          : typeof found === "string"
            ? inside + parameterOf(placed)
            : found.parameter;
      const added = spec.name === "moving_variance" ? epsilonBetween(layer.options, names) : 0;
      return { ...placed, path, parameter, module, added };
    }),
  );
}

function epsilonBetween(options: object, { epsilon }: TorchNames): number {
  const own = "epsilon" in options ? options.epsilon : undefined;
  return typeof own === "number" && epsilon !== undefined ? epsilon - own : 0;
}

/**
 * The image `[H, W, C]` whose elements a layer gets in one row, by the layer's path: PyTorch counts
 * them channel by channel. What lies between, such as dropout, leaves rows as they are.
 */
function flattenedImages(network: Network): ReadonlyMap<string, Shape> {
  const count = network.inputs.length;
  const shapes: Shape[] = network.inputs.map(({ shape }) => shape);
  const images: (Shape | undefined)[] = shapes.map(() => undefined);
  const found = new Map<string, Shape>();
  network.steps.forEach(({ layer, path, plan, inputs }, i) => {
    const [first] = inputs;
    const [from, to] = [shapes[first], plan.outputShape];
    shapes[count + i] = to;
    if (inputs.length > 1) return;
    const image = images[first];
    if (image !== undefined) found.set(path, image);
    const isFlattening = to.length === 1 && from.length === 3 && from[0] * from[1] > 1;
    const isKept = from.length === 1 && to.length === 1 && from[0] === to[0];
    if (layer.kind === "flatten" || layer.kind === "reshape") {
      images[count + i] = isFlattening ? from : image;
    } else if (isKept && layer.kind !== "dense") images[count + i] = image;
  });
  return found;
}
