// What a task is: what is learned of pictures, be it one class for each, a class for each pixel, or boxes. A task is one
// folder and one row of table.ts. Training, checkpoints, the report and the command line know this file and no task.

import type { Tensor } from "../core/tensor.ts";
import type { DownloadProgress } from "../data/datasets/dataset.ts";
import type { ClassCount } from "../data/image-folder/classes.ts";
import type { SkippedFile } from "../data/image-folder/found-file.ts";
import type { Source } from "../data/source.ts";
import type { ColorMapName } from "../explain/colors.ts";
import type { AttributionName } from "../explain/methods/table.ts";
import type { DecodeImageOptions } from "../images/decode.ts";
import type { StoredTask } from "../interchange/stored-task.ts";
import type { Device } from "../machine/device.ts";
import type { Better } from "../nn/metrics/metric.ts";
import type { LearningRate } from "../nn/optimizers/learning-rate.ts";
import type { ExplainedPicture } from "../report/explanation-page.ts";
import type { ReportContent } from "../report/report-page.ts";
import type { Logs } from "../train/events.ts";
import type { Model } from "../train/model.ts";
import type { ModelExamples } from "../train/model-examples.ts";
import type { ClassWeights } from "../train/weights.ts";
import type { TaskName } from "./names.ts";
import type { Chosen, DataChoice, Given, Recipe } from "./recipe.ts";

/** One thing that networks are trained to say of pictures. */
export interface Task {
  readonly name: TaskName;
  /** The number that decides which epoch is the best, such as `val_accuracy`, and which way is better. */
  readonly judge: Judge;
  /** How long to train where the options leave it open. */
  readonly pace: Pace;
  /** The files of pictures that `Measurement.figures` makes, all of them. */
  readonly figureFiles: readonly string[];
  /** The options of training, by their names in a recipe, that mean nothing to this task. */
  readonly withoutOptions: readonly (keyof Recipe)[];
  /** The options of predictions that mean something to this task; `out` where it draws into pictures. */
  readonly predictOptions: readonly (keyof PredictOptions | "out")[];
  /** Settles what the options leave open, by what the data are like. @throws FoveaError where there are none to use. */
  choose(recipe: Recipe, given: Given): Promise<Chosen>;
  /** The examples that a settled recipe is for. @throws FoveaError where there is nothing to train on. */
  load(recipe: Recipe, listener: LoadListener): Promise<TaskData>;
  /** The examples that a trained model is measured on. */
  loadFor(trained: TrainedModel, choice: MeasuredChoice, listener: LoadListener): Promise<TaskData>;
  /** The images of data that a trained model predicts: those of the test part, where there is one. */
  imagesFor(
    trained: TrainedModel,
    choice: MeasuredChoice,
    listener: LoadListener,
  ): Promise<TaskImages>;
  /** What a trained model says of pictures. @throws FoveaError where the model is none of this task. */
  predictor(trained: TrainedModel, options: PredictOptions): Predictor;
  /** Why a trained model says it. @throws FoveaError where the model is none of this task, or an option cannot be used. */
  explainer(trained: TrainedModel, options: ExplainOptions): Explainer;
  /**
   * Of data, the picture that the model is surest of for each pair of a true and a predicted class. Absent where a picture has
   * more than one class.
   */
  surestPictures?(
    trained: TrainedModel,
    choice: MeasuredChoice,
    listener: LoadListener,
  ): Promise<readonly NamedPicture[]>;
}

/** A number of the logs, with the direction in which it improves. */
export interface Judge {
  readonly name: string;
  readonly better: Better;
}

/** Epochs in numbers: as many as make enough steps, within limits. */
export interface Pace {
  readonly leastEpochs: number;
  readonly mostEpochs: number;
  readonly enoughSteps: number;
}

/** Who is told while data is loaded. */
export interface LoadListener {
  /** Takes what is worth knowing and no reason to stop, as whole sentences. */
  readonly onWarning: (text: string) => void;
  /** Hears how many pictures have been looked at. */
  readonly onPictures?: (done: number, total: number) => void;
  /** Hears how much of a file has come. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

export type TaskPart = "train" | "validation" | "test";

/** What `fit` takes to train a model. */
export interface Lessons {
  readonly train: ModelExamples | Source;
  readonly validation: ModelExamples | Source | undefined;
}

/** Examples in up to three parts: to learn from, to choose the best epoch by, and to measure the result on. */
export interface TaskData {
  readonly name: string;
  /** One line: where the examples came from, and how many there are. */
  readonly source: string;
  /** How many there are of each part; 0 where there is no such part. */
  readonly counts: Readonly<Record<TaskPart, number>>;
  /** The name of class `i` at index `i`; undefined where classes have numbers alone. */
  readonly classNames: readonly string[] | undefined;
  /** What is known of the folder, where the examples are pictures of one. */
  readonly folder?: FolderFacts;
  /** All that tells these examples from others, piece by piece. */
  identity(): Iterable<string | Uint8Array>;
  /** The compiled model that a settled recipe asks for. `learningRate`: the optimizer's own by default. */
  model(recipe: Recipe, device: Device, learningRate?: LearningRate): Promise<Model>;
  /** The examples as such a model takes them, from where its training stands. */
  lessons(model: Model, recipe: Recipe): Lessons;
  /** The record that is saved with such a model; undefined for the task that models have where none is saved. */
  record(recipe: Recipe): StoredTask | undefined;
  /** The images of the first step as training changes them, `u8 [H, W, C]` on one sheet; undefined without a folder. */
  firstBatch(model: Model, recipe: Recipe, device: Device): Promise<Tensor<Uint8Array> | undefined>;
  /**
   * What no metric can sum of the validation part, measured after each epoch, by its name in the logs, such as `val_map`; on
   * a fixed part of it where all of it would take too long. Absent where the model's own metrics say it all.
   */
  epochLogs?(trained: TrainedModel): Promise<Logs>;
  /** How well a model does on a part. @throws FoveaError where it does not fit. */
  measure(trained: TrainedModel, part: TaskPart, batchSize: number): Promise<Measurement>;
  /** Gives back what is held. */
  close(): Promise<void>;
}

/** What is known of a folder of pictures. */
export interface FolderFacts {
  /** How many images have each class. */
  readonly counts: readonly ClassCount[];
  readonly classWeights?: ClassWeights;
  readonly skipped: readonly SkippedFile[];
  /** What is wrong in files whose rest is used. Default: nothing. */
  readonly faults?: readonly SkippedFile[];
  readonly warnings: readonly string[];
}

/** A model with what its file says of it. */
export interface TrainedModel {
  readonly model: Model;
  readonly classNames: readonly string[] | undefined;
  /** What the task has saved with it. */
  readonly task: StoredTask | undefined;
}

/** On what a model is measured. */
export interface MeasuredChoice extends DataChoice {
  /** The share that was held out of these data when the model was trained on them; 0 for other data. */
  readonly validation: number;
  readonly seed: number;
  /** What happens to pictures of other proportions. */
  readonly resize: Recipe["resize"];
}

/** How well a model does, for people, machines and pages. */
export interface Measurement {
  /** The most important first. */
  readonly numbers: readonly MeasuredNumber[];
  /** Class by class. */
  readonly classes: Table;
  /** Sentences or lines below the table. */
  readonly remarks: readonly string[];
  /** What machines read besides the numbers. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What the report of a run says of it; the model is not asked any more. */
  report(): Promise<Partial<ReportContent>>;
  /** Pictures as files by name: some of the task's `figureFiles`. */
  figures(): Promise<ReadonlyMap<string, string | Uint8Array>>;
}

export interface MeasuredNumber {
  /** As machines read it, such as `accuracy`. */
  readonly name: string;
  /** As people do. */
  readonly title: string;
  readonly value: number;
}

/** Text in columns. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly heading: string;
  readonly align: "left" | "right";
}

/** What is asked of a prediction; what is undefined is as the task finds best. */
export interface PredictOptions {
  /** How many classes are named for each image. */
  readonly top?: number | undefined;
  /** How sure the model must be of an object, 0 to 1. */
  readonly threshold?: number | undefined;
}

/** A model that is asked about pictures. */
export interface Predictor {
  /** How picture files become the images that `predict` takes. */
  readonly decoding: DecodeImageOptions;
  /** Images of one call. */
  readonly batchSize: number;
  /** What the model says of images, `u8 [H, W, C]`. */
  predict(images: readonly Tensor<Uint8Array>[]): Promise<Predictions>;
}

/** What is asked of explanations; what is undefined is as the task finds best. */
export interface ExplainOptions {
  readonly methods?: readonly AttributionName[] | undefined;
  /** The layer that methods look at which look at one. */
  readonly layer?: string | undefined;
  /** The class to explain, by its name or its number from 0. Default: what the model finds. */
  readonly class?: string | undefined;
  /** Whether it is tested how far each map can be trusted. */
  readonly trust: boolean;
  readonly colors: ColorMapName;
}

/** Draws which parts of a picture count for what a model says of it. */
export interface Explainer {
  /** How picture files become what `explain` takes. */
  readonly decoding: DecodeImageOptions;
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  explain(picture: NamedPicture): Promise<Explanation>;
}

/** A picture `[H, W, C]`, bytes or numbers of a data set, and what it is called. */
export interface NamedPicture {
  readonly name: string;
  readonly picture: Tensor<Float32Array | Uint8Array>;
}

/** What a model says of a picture, and why. */
export interface Explanation {
  /** What it says, in a line. */
  readonly says: string;
  /** The same as machines read it. */
  readonly record: Readonly<Record<string, unknown>>;
  /** The picture with its maps. */
  readonly explained: ExplainedPicture;
}

/** Images that a model can be asked about. */
export interface TaskImages {
  /** One line: where they came from, and how many there are. */
  readonly source: string;
  readonly count: number;
  /** What the model says of the images from number `from` up to `to`, and what is true, where that is known. */
  predict(from: number, to: number, options: PredictOptions): Promise<Predictions>;
  close(): Promise<void>;
}

/** What a model says of some images. */
export interface Predictions {
  /** What a table has of each, after the name of the image. */
  readonly columns: readonly Column[];
  readonly images: readonly PredictedPicture[];
}

/** What a model says of one image. */
export interface PredictedPicture {
  readonly cells: readonly string[];
  /** As machines read it. */
  readonly record: Readonly<Record<string, unknown>>;
  /** The picture with what was found drawn into it, `u8 [H, W, 3]`; absent where nothing can be drawn. */
  draw?(): Promise<Tensor<Uint8Array>>;
}
