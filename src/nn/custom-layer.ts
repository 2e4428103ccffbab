// Layers of one's own: a definition becomes a factory like those of the table. What the contract asks of
// every layer is checked here, so that a mistake is named where it is made.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { refuseUnknown, requireRecord } from "../core/option.ts";
import { checkShape, formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Node } from "../graph/op.ts";
import type { CallContext, CommonOptions, Layer, PlanDraft } from "./layer.ts";
import { LayerInstance } from "./layer-instance.ts";
import { classNameOf, commonNames } from "./make-layer.ts";

/** A list that has at least one item, as the inputs of every layer do. */
export type AtLeastOne<T> = readonly [T, ...T[]];

/** What a custom layer does for some inputs. */
export interface CustomPlan extends Omit<PlanDraft, "call"> {
  /** `inputs`: one value for each input, in order. */
  call(inputs: AtLeastOne<Node>, context: CallContext): Node;
}

/** A custom layer. */
export interface LayerDefinition<O extends object> {
  /** The name by which files store it, and by which `customLayers` finds it again. */
  readonly kind: string;
  /** The name in summaries. Default: `kind` with a capital letter. */
  readonly className?: string;
  /** The names of its options. Other options are then refused. Default: any option is accepted. */
  readonly options?: readonly (string & keyof O)[];
  /**
   * What the layer does for inputs of these shapes, one for each input, without N. It may throw a
   * ShapeError if they do not fit.
   */
  plan(inputs: AtLeastOne<Shape>, options: O & CommonOptions): CustomPlan;
}

/** Factories of layers by the name that files use. */
export type CustomLayers = Readonly<Record<string, (options: never) => Layer>>;

/** @throws ConfigError where a value would not come back from a file. */
function requirePlainData(value: unknown, name: string): void {
  if (value === null || ["string", "boolean", "undefined"].includes(typeof value)) return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  const isPlain =
    Array.isArray(value) ||
    (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype);
  if (!isPlain) {
    throw new ConfigError({
      what: `The option ${name} would not come back from a file.`,
      expected: "finite numbers, text, true, false, null, and lists and records of them",
      received: typeof value === "object" ? (value?.constructor.name ?? "object") : String(value),
    });
  }
  for (const [key, item] of Object.entries(value as object)) {
    requirePlainData(item, `${name}.${key}`);
  }
}

function checkResult(kind: string, result: Node, batch: number, outputShape: Shape): Node {
  const expected = [batch, ...outputShape];
  if (sameShape(result.shape, expected) && result.dtype === "f32") return result;
  throw new ShapeError({
    what: `The layer "${kind}" does not give what it has planned.`,
    expected: `f32 ${formatShape(expected)}`,
    received: `${result.dtype} ${formatShape(result.shape)}`,
    fix: "let plan and call agree; the first dimension is N",
  });
}

/**
 * Makes a factory from a definition. The factory's options are the definition's, `name` and
 * `inputShape`; its layers can be applied, trained, saved and, by `customLayers`, loaded like any
 * other.
 *
 * @throws ConfigError where the kind has no name; the factory where an option is not plain data.
 * @example
 * const square = defineLayer({
 *   kind: "square",
 *   plan: ([input]) => ({ outputShape: input, call: ([x], { build }) => build.multiply(x, x) }),
 * });
 */
export function defineLayer<O extends object = object>(
  definition: LayerDefinition<O>,
): (options?: O & CommonOptions) => LayerInstance<O & CommonOptions> {
  const expected = "{ kind, plan }: a name, and a function from shapes to what the layer comes to";
  requireRecord("A layer of your own needs a definition.", definition, [], expected);
  const { kind } = definition;
  if (typeof kind !== "string" || kind === "") {
    throw new ConfigError({
      what: "A layer of your own needs a name.",
      expected: "a kind, such as square",
      received: JSON.stringify(kind),
    });
  }
  const className = definition.className ?? classNameOf(kind);
  const known = definition.options && [...definition.options, ...Object.keys(commonNames)];
  return (options = {} as O & CommonOptions) => {
    requirePlainData(options, "options");
    if (known !== undefined) refuseUnknown(kind, known, options);
    return new LayerInstance({
      kind,
      className,
      options,
      severalInputs: true,
      plan(inputs) {
        const plan = definition.plan(inputs as AtLeastOne<Shape>, options);
        const { outputShape } = plan;
        checkShape(outputShape, `The outputShape of "${kind}"`);
        return {
          macs: 0,
          weights: [],
          ...plan,
          call(values: readonly Node[], context: CallContext) {
            const result = plan.call(values as AtLeastOne<Node>, context);
            return checkResult(kind, result, values[0].shape[0], outputShape);
          },
        };
      },
    });
  };
}
