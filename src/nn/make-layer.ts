// How a layer of the table is made: its options are checked by its facts, its errors name it, and what it
// does becomes an instance that can be applied, shared and frozen.

import { ConfigError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { type Facts, type KerasNames, optionsOf } from "./facts.ts";
import { type CommonOptions, definedOnly, type Layer, type PlanDraft } from "./layer.ts";
import { LayerInstance } from "./layer-instance.ts";
import { regularizerFrom } from "./regularizers/index.ts";
import type { Regularizer } from "./regularizers/regularizer.ts";

/** Keras's names for the options of every layer. */
export const commonNames: KerasNames<CommonOptions> = {
  name: "name",
  inputShape: null,
  trainable: "trainable",
  activityRegularizer: "activity_regularizer",
};

/** The options of a layer that are its own. */
type OwnOptions<O extends CommonOptions> = Omit<O, keyof CommonOptions>;

interface LayerFacts<O extends CommonOptions> extends Omit<Facts<O>, "group" | "options"> {
  /** The layer's own options by Fovea's names, with Keras's. */
  readonly options: KerasNames<OwnOptions<O>>;
}

/**
 * The facts of a layer: those of its definition, and what holds for every layer.
 *
 * @example
 * flatten.facts = layerFacts<CommonOptions>({
 *   name: "flatten",
 *   options: {},
 *   keras: { className: "Flatten" },
 * });
 */
export function layerFacts<O extends CommonOptions>(facts: LayerFacts<O>): Facts<O> {
  const options = { ...commonNames, ...facts.options } as unknown as KerasNames<O>;
  return { group: "layers", ...facts, options };
}

/** What a layer does, with its options filled in. */
export interface LayerDraft<O extends object> {
  /** All options, defaults filled in: plain data, enough to make the layer again. */
  readonly options: O;
  /** The name in summaries. Default: Keras's name of the class. */
  readonly className?: string;
  /** Whether it joins inputs; any other layer takes one. Default: false. */
  readonly severalInputs?: boolean;
  /** A penalty on the output, where that is what the layer is for. */
  readonly activityRegularizer?: Regularizer;
  /** @throws ShapeError where the inputs, one shape for each, do not fit. */
  plan(inputs: readonly Shape[]): PlanDraft;
}

/**
 * The layer that `define` makes of the options that were given; an option that is undefined is as good
 * as absent.
 *
 * @throws ConfigError where an option is unknown or cannot be used; the message names the layer.
 */
export function layerOf<O extends object>(
  facts: Facts<O>,
  options: O | undefined,
  define: (given: O) => LayerDraft<O>,
): Layer<O> {
  return naming(facts.name, () => {
    const given = definedOnly(optionsOf(facts, options === undefined ? ({} as O) : options));
    const { activityRegularizer } = given as CommonOptions;
    if (activityRegularizer !== undefined) regularizerFrom(activityRegularizer);
    const { className, plan, ...rest } = define(given);
    return {
      ...rest,
      kind: facts.name,
      className: className ?? facts.keras?.className ?? classNameOf(facts.name),
      plan: (inputs) => ({ weights: [], macs: 0, ...plan(inputs) }),
    };
  });
}

/** The same as an object that can be applied. @throws ConfigError */
export function makeLayer<O extends object>(
  facts: Facts<O>,
  options: O | undefined,
  define: (given: O) => LayerDraft<O>,
): LayerInstance<O> {
  return new LayerInstance(layerOf(facts, options, define));
}

/** What summaries call a layer that Keras has not: `channelPooling` → `ChannelPooling`. */
export function classNameOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What `make` makes; an error in its options names the function that was called. */
function naming<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const { what } = cause.facts;
    if (what.startsWith(`layers.${name}`) || what.includes(` of ${name} `)) throw cause;
    throw new ConfigError({ ...cause.facts, what: `layers.${name}: ${what}`, cause });
  }
}
