// One step of any optimizer: what happens around its rule, in Keras's order. Gradients are gathered, then
// clipped; weights decay; the rule moves them; the average follows; constraints have the last word. All
// of it is elementwise but for norms, which are sums.

import { ConfigError } from "../../core/errors.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { clippedByValue, gradientFlaw } from "./gradient-flaw.ts";
import { requireRate, storeRate } from "./learning-rate.ts";
import type {
  Optimizer,
  TrainedWeight,
  UpdateContext,
  UpdateResult,
  UpdateRule,
} from "./optimizer.ts";
import { type OptimizerOptions, optimizerOptionsIn } from "./optimizer-options.ts";

/** The slots that are not the rule's own, by Keras's names. */
const averageSlot = "average";
const gatheredSlot = "gradient_accumulator";

/** The learning rate of an optimizer that is told none. */
const defaultRate = 0.001;

/** A rule with everything that surrounds it. @throws ConfigError where an option cannot be used. */
export function makeOptimizer(rule: UpdateRule, options: OptimizerOptions): Optimizer {
  const around = optimizerOptionsIn(options);
  const learningRate = requireRate(options.learningRate ?? defaultRate);
  const { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency } = around;
  const { gradientAccumulationSteps: gathered = 1, weightDecay } = around;
  const groups = rateGroups(around);

  /** Updates before the step, as Keras counts them. */
  const updatesBefore = (step: number) => Math.floor((step - 1) / gathered);

  return {
    name: rule.name,
    options: { learningRate: storeRate(learningRate), ...rule.options, ...around },
    learningRate,
    slots: [
      ...(useEma ? [averageSlot] : []),
      ...(gathered > 1 ? [gatheredSlot] : []),
      ...rule.slots,
    ],
    ...(rule.firstSlots === undefined ? {} : { firstSlots: rule.firstSlots }),
    endsWithAverage: useEma,

    numbers(step, rate) {
      const updates = updatesBefore(step);
      const own = groups.flatMap(({ factor, suffix }) => {
        const numbers = Object.entries(rule.numbers(updates + 1, rate * factor));
        if (weightDecay !== undefined) numbers.push(["weightDecay", weightDecay * rate * factor]);
        return numbers.map(([name, value]): [string, number] => [name + suffix, value]);
      });
      // The first average is the weight itself.
      const keep = updates === 0 ? 0 : emaMomentum;
      const overwrites = (updates + 1) % (emaOverwriteFrequency ?? Infinity) === 0;
      return {
        ...Object.fromEntries(own),
        ...(gathered > 1 ? { updates: step % gathered === 0 ? 1 : 0 } : {}),
        ...(useEma ? { averageKept: keep, averageTaken: 1 - keep } : {}),
        ...(emaOverwriteFrequency === undefined ? {} : { overwrites: overwrites ? 1 : 0 }),
      };
    },

    checkNames(fullNames) {
      for (const { pattern } of groups) {
        if (pattern === undefined || fullNames.some((name) => matches(name, pattern))) continue;
        throw new ConfigError({
          what: "A learning rate multiplier belongs to no layer.",
          expected: [...new Set(fullNames.map(layerOf))].join(", "),
          received: pattern,
          fix: "use a layer's name, with * for any text",
        });
      }
    },

    flawOf: (gradient, build) => gradientFlaw(gradient, build, rule, around),

    update(context) {
      const { build, weights, numbers } = context;
      const gradients = clip(gatherGradients(context, gathered), around, build);
      return weights.map((trained, i) => {
        const { fullName, weight, slots } = trained;
        const { suffix } = groupOf(groups, fullName);
        const decays = weightDecay !== undefined && !isExcluded(fullName, around);
        const own = Object.keys(rule.numbers(1, 1)).map((name) => [name, numbers[name + suffix]]);
        const moved = rule.update({
          build,
          weight: decays ? decayed(weight, numbers[`weightDecay${suffix}`], build) : weight,
          gradient: gradients[i],
          slots,
          numbers: Object.fromEntries(own),
        });
        const updated = gathered > 1 ? whenDue(trained, moved, context) : moved;
        const averaged = useEma ? withAverage(updated, trained, context, around) : updated;
        const { constrain } = trained;
        return constrain === undefined
          ? averaged
          : { ...averaged, weight: constrain(averaged.weight) };
      });
    },
  };
}

/** Layers that share a learning rate. */
interface RateGroup {
  readonly factor: number;
  /** What the names of the group's numbers end with. */
  readonly suffix: string;
  /** Whom it is for; the last group is for all others. */
  readonly pattern?: string;
}

function rateGroups({ learningRateMultipliers = {} }: OptimizerOptions): RateGroup[] {
  const groups = Object.entries(learningRateMultipliers).map(([pattern, factor], i) => ({
    factor,
    suffix: `@${i}`,
    pattern,
  }));
  return [...groups, { factor: 1, suffix: "" }];
}

function groupOf(groups: readonly RateGroup[], fullName: string): RateGroup {
  const fits = ({ pattern }: RateGroup) => pattern === undefined || matches(fullName, pattern);
  return groups.find(fits) as RateGroup;
}

/** `conv2d/kernel` without the weight's own name. */
function layerOf(fullName: string): string {
  return fullName.slice(0, fullName.lastIndexOf("/"));
}

/** Whether the layer's name is that of the pattern, where `*` stands for any text. */
function matches(fullName: string, pattern: string): boolean {
  const layer = layerOf(fullName);
  const parts = pattern.split("*");
  if (parts.length === 1) return layer === pattern;
  const [first, last] = [parts[0], parts[parts.length - 1]];
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = layer.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return layer.startsWith(first) && layer.endsWith(last) && layer.length - last.length >= at;
}

function isExcluded(fullName: string, { excludeFromWeightDecay = [] }: OptimizerOptions): boolean {
  const ownName = fullName.slice(fullName.lastIndexOf("/") + 1);
  return excludeFromWeightDecay.some((word) =>
    (word.includes("/") ? fullName : ownName).includes(word),
  );
}

/** `w − w · (weightDecay · learningRate)` */
function decayed(weight: Node, share: Node, build: Builder): Node {
  return build.subtract(weight, build.multiply(weight, share));
}

/** The mean of the last `steps` gradients, where it is due. */
function gatherGradients({ build, weights }: UpdateContext, steps: number): Node[] {
  if (steps === 1) return weights.map(({ gradient }) => gradient);
  return weights.map(({ gradient, slots }) =>
    build.divide(build.add(gradient, slots[gatheredSlot]), build.constant(steps)),
  );
}

/** The update at every so many steps; at the others the gradient is kept for later. */
function whenDue(
  { weight, gradient, slots }: TrainedWeight,
  moved: UpdateResult,
  { build, numbers: { updates } }: UpdateContext,
): UpdateResult {
  const chosen = Object.entries(moved.slots).map(([name, value]) => [
    name,
    build.select(updates, value, slots[name]),
  ]);
  const gathered = build.add(gradient, slots[gatheredSlot]);
  return {
    weight: build.select(updates, moved.weight, weight),
    slots: {
      ...Object.fromEntries(chosen),
      [gatheredSlot]: build.select(updates, build.constant(0), gathered),
    },
  };
}

function withAverage(
  { weight, slots }: UpdateResult,
  trained: TrainedWeight,
  { build, numbers }: UpdateContext,
  { emaOverwriteFrequency }: OptimizerOptions,
): UpdateResult {
  const average = build.add(
    build.multiply(trained.slots[averageSlot], numbers.averageKept),
    build.multiply(weight, numbers.averageTaken),
  );
  return {
    weight:
      emaOverwriteFrequency === undefined
        ? weight
        : build.select(numbers.overwrites, average, weight),
    slots: { ...slots, [averageSlot]: average },
  };
}

function clip(gradients: Node[], options: OptimizerOptions, build: Builder): Node[] {
  const { clipValue, clipNorm, globalClipNorm } = options;
  const squares = (gradient: Node) => build.sum(build.multiply(gradient, gradient));
  const shortened = (gradient: Node, square: Node, limit: number) => {
    const longest = build.maximum(build.squareRoot(square), build.constant(limit));
    return build.multiply(gradient, build.divide(build.constant(limit), longest));
  };
  if (clipNorm !== undefined) {
    return gradients.map((gradient) => shortened(gradient, squares(gradient), clipNorm));
  }
  if (globalClipNorm !== undefined && gradients.length > 0) {
    const all = gradients.map(squares).reduce((a, b) => build.add(a, b));
    return gradients.map((gradient) => shortened(gradient, all, globalClipNorm));
  }
  if (clipValue !== undefined) {
    return gradients.map((gradient) => clippedByValue(gradient, clipValue, build));
  }
  return gradients;
}
