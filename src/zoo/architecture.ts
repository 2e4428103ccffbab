// What an architecture of the zoo is: one record for all that is known of it, and the network it
// makes for one kind of image and a number of classes. It knows no data, no weights and no
// training.

import { ConfigError, ShapeError } from "../core/errors.ts";
import {
  refuseUnknown,
  requireFlag,
  requireOptions,
  requireWhole,
  requireWord,
} from "../core/option.ts";
import { checkShape, formatShape, type Shape } from "../core/shape.ts";
import { input } from "../nn/input.ts";
import type { ActivationSetting } from "../nn/layers/activation-setting.ts";
import { layers } from "../nn/layers/index.ts";
import { Network } from "../nn/network.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import type { OptionKind } from "./option-kinds.ts";
import { publishedWeights } from "./weights/published.ts";
import type { WeightSource } from "./weights/weight-source.ts";

/** What every architecture can be built for. */
export interface BuildOptions {
  /** The shape of one image, `[H, W, C]`. Default: that for which it was published. */
  readonly inputShape?: Shape;
  /** How many classes it tells apart. Default: as many as it was published for, such as 1000. */
  readonly classes?: number;
  /** Whether the classifier is part of it. Default: true. */
  readonly includeTop?: boolean;
  /**
   * Without the classifier, what becomes of the last features `[N, H, W, C]`: `avg` gives the mean
   * of each channel, `[N, C]`, `max` the largest of each. Default: null, they stay as they are.
   */
  readonly pooling?: "avg" | "max" | null;
  /** The activation of the classifier; null gives logits. Default: `softmax`. */
  readonly classifierActivation?: ActivationSetting | null;
}

/** Values of an architecture's own options. */
export type OwnValues = Readonly<Record<string, unknown>>;

/** An architecture's own options, each with its default and what it accepts. */
export type OwnOptions<O extends OwnValues> = { readonly [K in keyof O]: OptionKind<O[K]> };

/** What `build` takes: the options of every architecture, and this one's own. */
export type OptionsFor<O extends OwnValues> = BuildOptions & Partial<O>;

/** The options of an architecture that takes no others. */
export type NoOptions = Readonly<Record<never, unknown>>;

/** Layers whose results are the features of each stage, from the finest to the coarsest. */
export type Features = Readonly<Record<string, string>>;

/** What somebody published of an architecture. Figures that are not there were not published. */
export interface PublishedFigures {
  /** Whose figures these are, such as `Keras`. */
  readonly source: string;
  /** What to build to find the same. Default: the architecture as it is. */
  readonly options?: BuildOptions & OwnValues;
  /** All numbers in the weights, those of moving statistics included, as Keras counts. */
  readonly parameters?: number;
  /** The numbers that training changes, as torchvision counts. */
  readonly trainableParameters?: number;
  /** All numbers in the weights without the classifier (`includeTop: false`). */
  readonly parametersWithoutTop?: number;
  /**
   * Numbers that the source counts as parameters and that are no weights here: Keras's layer
   * `Normalization` counts how often it was adapted. Default: 0.
   */
  readonly counters?: number;
  /** Multiply-adds of convolutions and dense layers for one image, in billions. */
  readonly gmacs?: number;
  /** The share of ImageNet's validation images whose class comes first, in percent. */
  readonly top1?: number;
  /** The share of ImageNet's validation images whose class is among the first five, in percent. */
  readonly top5?: number;
}

/** All that is known of an architecture. */
export interface Architecture<O extends OwnValues = OwnValues> {
  /** The name by which it is found, such as `resnet-50`. */
  readonly name: string;
  /** The name as its paper writes it, such as `ResNet-50`. */
  readonly title: string;
  /** The name of its family, such as `ResNet`. */
  readonly family: string;
  readonly year: number;
  /** Authors, title and place of publication. */
  readonly paper: string;
  /** One line for people who choose. */
  readonly description: string;
  /** The shape of one image for which it was published, `[H, W, C]`. */
  readonly inputShape: Shape;
  /** How many classes it was published for. */
  readonly classes: number;
  /** The options that only it and its kin have. */
  readonly options: OwnOptions<O>;
  /** What its trained weights expect of bytes from 0 to 255. */
  readonly preprocess: Preprocess;
  readonly figures: readonly PublishedFigures[];
  readonly weights: readonly WeightSource[];
  /** The layers whose results are the features of each stage, from the finest to the coarsest. */
  features(options?: OptionsFor<O>): Features;
  /**
   * The network for images `[H, W, C]` and a number of classes.
   *
   * @throws ConfigError where an option is unknown or cannot be used, ShapeError where the images
   * are too small for it.
   */
  build(options?: OptionsFor<O>): Network;
}

/** What the parts of an architecture are told. */
export type PartSettings<O extends OwnValues> = O & {
  readonly classes: number;
  /** The activation of the classifier. */
  readonly activation: ActivationSetting;
};

/** An architecture as its file writes it. */
export interface ArchitectureDraft<O extends OwnValues>
  extends Omit<Architecture<O>, "options" | "weights" | "features" | "build"> {
  readonly options?: OwnOptions<O>;
  readonly weights?: readonly WeightSource[];
  readonly features: Features | ((options: O) => Features);
  /** `Sequential` for layers in a row, as Keras calls them. Default: `Functional`. */
  readonly className?: "Sequential";
  /** From images to the last features. */
  body(x: SymbolicTensor, settings: PartSettings<O>): SymbolicTensor;
  /** From the last features to the classes. */
  top(x: SymbolicTensor, settings: PartSettings<O>): SymbolicTensor;
  /**
   * What follows the last features, pooled or not, where there is no classifier. Default: nothing.
   */
  withoutTop?(x: SymbolicTensor): SymbolicTensor;
}

const common: Readonly<Record<keyof BuildOptions, true>> = {
  inputShape: true,
  classes: true,
  includeTop: true,
  pooling: true,
  classifierActivation: true,
};

/** The architecture of a draft: its options are checked, and it ends as they ask. */
export function defineArchitecture<O extends OwnValues = NoOptions>(
  draft: ArchitectureDraft<O>,
): Architecture<O> {
  const { body, top, withoutTop, features, className, options, ...facts } = draft;
  const kinds = options ?? ({} as OwnOptions<O>);
  const ownOf = (given: OptionsFor<O>): O => {
    const entries = Object.entries(kinds).map(([name, kind]) => {
      const value = given[name as keyof O] ?? kind.default;
      kind.check(name, value);
      return [name, value];
    });
    return Object.fromEntries(entries) as O;
  };
  const checked = (given: OptionsFor<O>): OptionsFor<O> => {
    const call = `The architecture ${draft.name}`;
    requireOptions(call, given, "{ inputShape: [64, 64, 3], classes: 10 }");
    refuseUnknown(call, [...Object.keys(common), ...Object.keys(kinds)], given);
    return given;
  };
  return {
    ...facts,
    options: kinds,
    weights: draft.weights ?? publishedWeights(draft.name),
    features: (given = {}) =>
      typeof features === "function" ? features(ownOf(checked(given))) : features,
    build(given = {}) {
      const own = ownOf(checked(given));
      const { inputShape = draft.inputShape, includeTop = true, pooling = null } = given;
      const { classes = draft.classes, classifierActivation = "softmax" } = given;
      requireImageShape(inputShape);
      requireWhole("classes", classes);
      requireFlag("includeTop", includeTop);
      requireWord("pooling", pooling, ["avg", "max", null]);
      const images = input({ shape: inputShape });
      const settings = { ...own, classes, activation: classifierActivation ?? "linear" };
      const outputs = fitting(draft.title, inputShape, () => {
        const last = body(images, settings);
        if (includeTop) return top(last, settings);
        const ending = pooled(last, pooling);
        return withoutTop === undefined ? ending : withoutTop(ending);
      });
      const kind = className === undefined ? {} : { className };
      return new Network({ name: draft.name, ...kind, inputs: images, outputs });
    },
  };
}

/** @throws ConfigError unless it is the shape of an image. */
function requireImageShape(shape: Shape): void {
  checkShape(shape, "The option inputShape");
  if (shape.length === 3) return;
  throw new ConfigError({
    what: "The option inputShape cannot be used.",
    expected: "height, width and channels of one image, such as [224, 224, 3]",
    received: JSON.stringify(shape),
  });
}

/** What `make` makes; where images do not fit, the error says so first. @throws ShapeError */
function fitting(title: string, inputShape: Shape, make: () => SymbolicTensor): SymbolicTensor {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const { what } = cause.facts;
    const images = formatShape([null, ...inputShape]);
    throw new ShapeError({
      ...cause.facts,
      what: `Images ${images} do not fit ${title}. ${what}`,
      cause,
    });
  }
}

function pooled(x: SymbolicTensor, pooling: "avg" | "max" | null): SymbolicTensor {
  if (pooling === null) return x;
  const layer =
    pooling === "avg"
      ? layers.globalAveragePooling2d({ name: "avg_pool" })
      : layers.globalMaxPooling2d({ name: "max_pool" });
  return layer.apply(x);
}
