// Chains of augmentations that are mixed with each other and the image, as a layer.

import { requireFlag, requireNumber, requireWhole, requireWord } from "../../core/option.ts";
import type { Node } from "../../graph/op.ts";
import type { CallContext, CommonOptions, LayerPlan } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { oneMinus } from "../losses/formulas.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { applyChosen, type PartName, partsOf, plansOf } from "./augmentation-parts.ts";
import { colorAugmentation } from "./color-augmentation.ts";
import { requireColors } from "./colors.ts";
import { innerContext, mostInside } from "./inner-layer.ts";
import type { SeedOptions } from "./noise.ts";
import { randomDraw } from "./random-draw.ts";
import { beta, logGamma } from "./random-gamma.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface AugMixOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /** How many chains there are. Default: 3. */
  readonly numChains?: number;
  /** How many layers a chain has. Any of them may be left out at random. Default: 3. */
  readonly chainDepth?: number;
  /**
   * The factor of all layers: f for random numbers from 0 to f, or the lowest and the highest, from 0 to 1.
   * Default: 0.3.
   */
  readonly factor?: Factor;
  /** The parameter of the Dirichlet and beta distributions, above 0. Default: 1. */
  readonly alpha?: number;
  /**
   * Whether brightness, colour degeneration, contrast and sharpness are among the layers. Default: true.
   */
  readonly allOps?: boolean;
  /** Interpolation of the layers that move images. Default: `bilinear`. */
  readonly interpolation?: "nearest" | "bilinear";
}

const always: readonly PartName[] = [
  "shear",
  "translation",
  "rotation",
  "posterization",
  "solarization",
  "autoContrast",
  "equalization",
];
const others: readonly PartName[] = ["brightness", "colorDegeneration", "contrast", "sharpness"];

/**
 * AugMix: `[N, H, W, 3]` or `[N, H, W, 1]`, shape unchanged. Training makes `w · x + (1 − w) · Σ wᵢ · chainᵢ(x)`,
 * clipped to the range of values. Each chain applies `chainDepth` layers, chosen anew for each batch from the
 * list of `randAugment` and nothing at all; the wᵢ are drawn from a Dirichlet distribution, and w from a beta
 * distribution. All layers of the list are computed, so it costs much more than single layers. Outside of
 * training nothing changes. As in Keras, where layers are chosen once, when training is compiled. Source:
 * Hendrycks et al., "AugMix: a simple data processing method to improve robustness and uncertainty", ICLR 2020.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image of colours or grey.
 * @example layers.augMix({ numChains: 2, chainDepth: 2, valueRange: [0, 1] })
 */
export function augMix(options: AugMixOptions = {}): LayerInstance<AugMixOptions> {
  return makeLayer(augMix.facts, options, (given) => {
    const settings = {
      valueRange: bytes,
      numChains: 3,
      chainDepth: 3,
      factor: 0.3,
      alpha: 1,
      allOps: true,
      interpolation: "bilinear" as const,
      ...given,
    };
    const { valueRange, numChains, chainDepth, alpha, allOps, interpolation, seed } = settings;
    requireValueRange(valueRange);
    requireWhole("numChains", numChains);
    requireWhole("chainDepth", chainDepth);
    requireNumber("numChains · chainDepth", numChains * chainDepth, {
      least: 1,
      most: mostInside - 2,
    });
    requireNumber("alpha", alpha, { above: 0 });
    requireFlag("allOps", allOps);
    requireWord("interpolation", interpolation, ["nearest", "bilinear"]);
    const factor = factorOf("factor", settings.factor, [0, 1]);
    const names = allOps ? [...always, ...others] : always;
    const inner = partsOf(names, { factor, interpolation, valueRange, seed });
    return colorAugmentation(
      "augMix",
      settings,
      (x, { build, context }) => {
        const plans = plansOf(inner, x.shape.slice(1));
        const { chains, share, chosen } = drawn(settings, names.length + 1, context);
        const mixed = chains
          .map((weight, chain) => {
            const first = chain * chainDepth;
            const choices = chosen.slice(first, first + chainDepth);
            return build.multiply(weight, chainOf(x, { plans, choices, first, context }));
          })
          .reduce((a, b) => build.add(a, b));
        const sum = build.add(
          build.multiply(share, x),
          build.multiply(oneMinus(share, build), mixed),
        );
        return clipTo(build, sum, valueRange);
      },
      (input, layer) => requireColors(input, layer, { grey: true }),
    );
  });
}
augMix.facts = layerFacts<AugMixOptions>({
  name: "augMix",
  options: {
    valueRange: "value_range",
    numChains: "num_chains",
    chainDepth: "chain_depth",
    factor: "factor",
    alpha: "alpha",
    allOps: "all_ops",
    interpolation: "interpolation",
    seed: "seed",
  },
  keras: { className: "AugMix" },
});

type Drawn = Required<Pick<AugMixOptions, "numChains" | "chainDepth" | "alpha">> & SeedOptions;

/** Scalars: the shares of the chains, that of the image, and which layer comes where. */
function drawn(settings: Drawn, layers: number, context: CallContext) {
  const { build } = context;
  const { numChains, chainDepth, alpha } = settings;
  const parameter = build.constant(alpha);
  const at = (list: Node, place: number) =>
    build.reshape(build.slice(build.reshape(list, [list.shape[0], 1]), [place, 0], [1, 1]), []);
  const shares = build.softmax(
    build.reshape(logGamma(build, randomDraw(numChains, settings, context), parameter), [
      1,
      numChains,
    ]),
  );
  const chains = build.reshape(shares, [numChains]);
  const own = randomDraw(1, settings, innerContext(context, 0));
  const places = numChains * chainDepth;
  const numbers = randomDraw(places, settings, innerContext(context, 1)).whole(0, layers);
  return {
    chains: Array.from({ length: numChains }, (_, i) => at(chains, i)),
    share: at(beta(build, own, parameter), 0),
    chosen: Array.from({ length: places }, (_, i) => at(numbers, i)),
  };
}

interface Chain {
  readonly plans: readonly LayerPlan[];
  readonly choices: readonly Node[];
  /** The number of its first layer among those of all chains. */
  readonly first: number;
  readonly context: CallContext;
}

/** The image after the layers of a chain. */
function chainOf(x: Node, { plans, choices, first, context }: Chain): Node {
  return choices.reduce((images, chosen, i) => {
    // The first two places inside are those of shares and choices.
    const inside = innerContext(context, first + i + 2);
    return applyChosen({ plans, context: inside }, images, chosen);
  }, x);
}
