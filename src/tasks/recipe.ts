// The recipe of a run: everything that decides what training makes of it, as one flat record. The command line makes it of
// options, args.json keeps it, and a task reads of it what it needs.

import type { PolicyName } from "../augment/policies.ts";
import type { ResizeMode } from "../core/resize-mode.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { TargetName } from "../machine/open.ts";
import type { OptimizerName } from "../nn/optimizers/index.ts";
import type { Preprocess } from "../nn/preprocess.ts";
import type { RecipeName } from "../transfer/phases.ts";
import type { TaskName } from "./names.ts";

/** Which examples. */
export interface DataChoice {
  /** The name of a data set, or a path. */
  readonly data: string;
  /** Where a data set is taken from. */
  readonly source: "auto" | "cache" | "system" | "download" | "sample";
}

/** What training makes of a run. What is optional is settled before it begins. */
export interface Recipe extends DataChoice {
  readonly task: TaskName;
  /** Height and width of pictures; undefined where the data are no pictures. */
  readonly size?: number | undefined;
  /** Channels of pictures. */
  readonly channels: 1 | 3;
  /** Whether parts of pictures are cut out in full resolution, rather than pictures resized. */
  readonly patches: boolean;
  /** What happens to pictures of other proportions. */
  readonly resize: ResizeMode;
  /** Whether files that cannot be used are an error. */
  readonly strict: boolean;
  /** The share of training examples that is held out to choose the best epoch. */
  readonly validation: number;
  /** The name of an architecture. */
  readonly network: string;
  /** The architecture that the network begins with, trained already; undefined where the network begins at random. */
  readonly base?: string | undefined;
  /** The weights of the base: the name of published ones, a file, or `none`. */
  readonly weights?: string | undefined;
  /** In which phases a network on a base learns. */
  readonly phases?: RecipeName | undefined;
  /** The layers of the base that the second phase trains: how many of the last ones, the name of the first, or `all`. */
  readonly unfreeze?: string | undefined;
  /** Height and width of pictures in each phase, such as `128,224`; undefined where they are the same in all. */
  readonly sizes?: string | undefined;
  /** Epochs of each phase but the last, which has the others. */
  readonly phaseEpochs?: readonly number[] | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize: number;
  readonly optimizer: OptimizerName;
  readonly learningRate?: number | undefined;
  readonly schedule: "cosine" | "constant";
  /** How much of the moving averages of the weights stays at each step; undefined where there are none. */
  readonly ema?: number | undefined;
  readonly loss: string;
  readonly labelSmoothing: number;
  /** How training images are changed at random. */
  readonly augment: "none" | PolicyName;
  readonly classWeights: boolean;
  readonly patience?: number | undefined;
  readonly saveEvery?: number | undefined;
  readonly seed: number;
  readonly precision: Precision;
  readonly preprocess: Preprocess;
  readonly target: TargetName | "auto";
  readonly threads?: number | undefined;
}

/** What was typed, by the names of options, without defaults. */
export type Given = Readonly<Record<string, unknown>>;

/** A recipe with nothing left open but its epochs, and a line for each choice that was made. */
export interface Chosen {
  readonly recipe: Recipe;
  readonly reasons: readonly string[];
}
