// What an optimizer is. Its formula is part of the graph; the few numbers that change from step to step
// are worked out in f64 and handed in, so that f32 rounding does not gather in them.

import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Facts, KerasFacts } from "../facts.ts";
import type { LearningRate } from "../schedules/schedule.ts";

/** What a rule sees of one weight. */
export interface RuleContext {
  readonly build: Builder;
  readonly weight: Node;
  readonly gradient: Node;
  /** The weight's slots, by name, shaped as the weight. */
  readonly slots: Readonly<Record<string, Node>>;
  /** This step's numbers, by name. */
  readonly numbers: Readonly<Record<string, Node>>;
}

/** The weight's and its slots' next values. */
export interface UpdateResult {
  readonly weight: Node;
  readonly slots: Readonly<Record<string, Node>>;
}

/** How one weight moves: what sets one optimizer apart from the others. */
export interface UpdateRule {
  readonly name: string;
  /** The rule's own options as plain data, enough to make it again. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether the rule squares gradients: then their squares must be numbers, too. */
  readonly squaresGradients: boolean;
  /** What it remembers of each weight. */
  readonly slots: readonly string[];
  /** What a slot begins with. Default: 0. */
  readonly firstSlots?: Readonly<Record<string, number>>;
  /** This step's numbers; steps count from 1. */
  numbers(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(context: RuleContext): UpdateResult;
}

/** A weight that is trained, as a step sees it. */
export interface TrainedWeight {
  /** Such as `conv2d/kernel`. */
  readonly fullName: string;
  readonly weight: Node;
  readonly gradient: Node;
  readonly slots: Readonly<Record<string, Node>>;
  /** What the new value must be brought to, where something is asked of it. */
  constrain?(value: Node): Node;
}

/** One step over all weights. */
export interface UpdateContext {
  readonly build: Builder;
  readonly weights: readonly TrainedWeight[];
  /** This step's numbers, by name. */
  readonly numbers: Readonly<Record<string, Node>>;
}

/** A rule, with what is done around it at every step: clipping, decay, averages, accumulation. */
export interface Optimizer extends Omit<UpdateRule, "update" | "squaresGradients"> {
  /** The size of a step, or a schedule of it. */
  readonly learningRate: LearningRate;
  /** Whether the slot `average` takes the weights' place when training is over. */
  readonly endsWithAverage: boolean;
  /** @throws ConfigError where an option names layers that a network with these weights has not. */
  checkNames(fullNames: readonly string[]): void;
  /** A scalar: 0 where a step can be taken with this gradient, else not a number. */
  flawOf(gradient: Node, build: Builder): Node;
  /** The next values, in the order of the weights. */
  update(context: UpdateContext): UpdateResult[];
}

/** The facts of an optimizer. */
export interface OptimizerFacts<O extends object = object> extends Facts<O> {
  /** How Keras's files order what is remembered: groups of slots, each of all weights in turn. */
  readonly slotGroups: readonly (readonly string[])[];
}

/** The facts of an optimizer, with what all optimizers have in common. */
export function optimizerFacts<O extends object>(
  own: Omit<OptimizerFacts<O>, "group" | "keras"> & { readonly keras: KerasFacts },
): OptimizerFacts<O> {
  const { keras } = own;
  const shared: Omit<KerasFacts, "className"> = {
    // So do Keras 2's files of HDF5 call its own optimizers.
    aliases: [`Custom>${keras.className}`],
    // Keras 2 states a decay of its own, which Keras 3 has not either; nothing else is meant by 0.
    // A factor by which the loss is multiplied, and its gradients divided again, changes no f32 result.
    fixed: {
      decay: 0,
      jit_compile: undefined,
      is_legacy_optimizer: undefined,
      loss_scale_factor: undefined,
    },
    floats: ["learningRate", "momentum"],
  };
  return { group: "optimizers", ...own, keras: { ...shared, ...keras } };
}
