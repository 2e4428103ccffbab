// Padding with a number for each side, for files of Keras's: it has none, and so gets a layer of zeros
// before the convolution, which computes the same.

import { freeName } from "../../nn/naming.ts";
import type { Network } from "../../nn/network.ts";
import type { NetworkConfig, TensorReference, UnitConfig } from "../../nn/network-config.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { networkKind } from "../../nn/network-parts.ts";
import { layerRows } from "./layer-rows.ts";

/** Layers for which a place outside of the image is a 0; poolings look past it instead. */
const padded: readonly string[] = ["conv2d", "depthwiseConv2d", "separableConv2d"];

interface Sides {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

type Options = Readonly<Record<string, unknown>>;

/** `network` without padding by numbers; itself where it has none, or has layers of somebody's own. */
export function withZeroPadding(network: Network): Network {
  const isOwn = network.steps.some(({ layer }) => !Object.hasOwn(layerRows, layer.kind));
  const isPadded = network.steps.some(({ layer }) => sidesOf(layer) !== undefined);
  return isOwn || !isPadded ? network : networkFrom(padBefore(network.toConfig()));
}

function sidesOf({ kind, options }: { readonly kind: string; readonly options: object }) {
  const { padding } = options as { readonly padding?: unknown };
  const isExplicit = padded.includes(kind) && typeof padding === "object" && padding !== null;
  return isExplicit ? (padding as Sides) : undefined;
}

function padBefore(config: NetworkConfig): NetworkConfig {
  const taken = new Set(config.layers.map(({ options }) => String((options as Options).name)));
  /** Names of layers of zeros, by those of the layers behind them. */
  const zeros = new Map<string, string>();
  const layers = config.layers.flatMap((unit): UnitConfig[] => {
    if (unit.kind === networkKind) {
      return [{ ...unit, options: padBefore(unit.options as NetworkConfig) }];
    }
    const sides = sidesOf(unit);
    if (sides === undefined) return [unit];
    const own = String((unit.options as Options).name);
    const name = freeName(`${own}_padding`, taken);
    taken.add(name);
    zeros.set(own, name);
    const { top, bottom, left, right } = sides;
    const padding = [
      [top, bottom],
      [left, right],
    ];
    return [
      { kind: "zeroPadding2d", options: { name, padding } },
      { ...unit, options: { ...unit.options, padding: "valid" } },
    ];
  });
  if (!("uses" in config)) return { ...config, layers };
  const counts = new Map<string, number>();
  const uses = config.uses.flatMap((use) => {
    const name = zeros.get(use.layer);
    if (name === undefined) return [use];
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const reference: TensorReference = [name, count, 0];
    return [
      { ...use, layer: name },
      { ...use, inputs: [reference] },
    ];
  });
  return { ...config, layers, uses };
}
