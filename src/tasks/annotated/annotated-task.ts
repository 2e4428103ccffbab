// What tasks on annotated pictures have in common, be it boxes or masks: folders are loaded, divided, measured and predicted in
// the same way. Which network, which examples and which numbers is a task's own.

import type { Tensor } from "../../core/tensor.ts";
import type { Source } from "../../data/source.ts";
import type { ChannelCount } from "../../images/channels.ts";
import type { DecodeImageOptions } from "../../images/decode.ts";
import type { Device } from "../../machine/device.ts";
import type { LearningRate } from "../../nn/optimizers/learning-rate.ts";
import type { Logs } from "../../train/events.ts";
import { shuffledRows } from "../../train/fit.ts";
import type { Model } from "../../train/model.ts";
import type { AnnotatedImages } from "../../vision/annotated.ts";
import type { TargetTypes } from "../../vision/annotations/annotated-images.ts";
import type { Chosen, Given, Recipe } from "../recipe.ts";
import type {
  Column,
  Explainer,
  ExplainOptions,
  LoadListener,
  MeasuredChoice,
  Measurement,
  PredictedPicture,
  PredictOptions,
  Task,
  TaskData,
  TrainedModel,
} from "../task.ts";
import { identityOf, type LoadedAnnotations, loadAnnotations } from "./load.ts";
import { somePictures } from "./some-pictures.ts";
import { type PictureSurvey, surveyAnnotated } from "./survey.ts";

/** What is in pictures: `boxes` or `masks`. */
type TargetName = keyof TargetTypes;

/** A task's own part. */
export interface AnnotatedTask<Name extends TargetName>
  extends Pick<Task, "name" | "judge" | "pace" | "figureFiles" | "withoutOptions"> {
  readonly target: Name;
  /** Settles what the options leave open. */
  choose(recipe: Recipe, given: Given, survey: PictureSurvey): Promise<Chosen>;
  /** The compiled model. */
  model(request: ModelRequest): Promise<Model>;
  /** Pictures as such a model takes them; `recipe` where it learns from them, and they change at random. */
  source(model: Model, pictures: AnnotatedImages<TargetTypes[Name]>, recipe?: Recipe): Source;
  /** The images of some rows of a source with what is in them drawn into them. */
  drawRows(
    rows: { readonly x: Tensor; readonly y: Tensor },
    classNames: readonly string[],
  ): Tensor<Uint8Array>[];
  measure(
    pictures: AnnotatedImages<TargetTypes[Name]>,
    trained: TrainedModel,
  ): Promise<Measurement>;
  /** What is measured of the validation part after each epoch. Default: what the model itself reports. */
  epochLogs?(pictures: AnnotatedImages<TargetTypes[Name]>, trained: TrainedModel): Promise<Logs>;
  /** How many channels a model takes. @throws ConfigError where it is none of this task. */
  channelsOf(model: Model): number;
  /** What a table has of each picture, and of each whose truth is known. */
  readonly columns: readonly Column[];
  readonly truthColumns: readonly Column[];
  /** What a model says of a picture. */
  predict(
    trained: TrainedModel,
    image: Tensor<Uint8Array>,
    options: PredictOptions,
    truth?: TargetTypes[Name],
  ): Promise<PredictedPicture>;
  /** Why a model says it. @throws ConfigError where an option cannot be used. */
  explainer(trained: TrainedModel, options: ExplainOptions): Omit<Explainer, "decoding">;
}

/** What a model is made of. */
export interface ModelRequest {
  readonly recipe: Recipe;
  readonly classNames: readonly string[];
  readonly device: Device;
  readonly listener: LoadListener;
  /** Default: the optimizer's own. */
  readonly learningRate: LearningRate | undefined;
}

/** Pictures lie in memory in full size, so few at a time. */
const picturesAtOnce = 4;

/** Most pictures of the validation part that are measured after each epoch. */
const mostWatched = 100;

/** Most images of a batch that are drawn. */
const mostDrawn = 16;

/** The whole task. */
export function annotatedTask<Name extends TargetName>(own: AnnotatedTask<Name>): Task {
  const { target, name, judge, pace, figureFiles, withoutOptions } = own;
  const load = (trained: TrainedModel, choice: MeasuredChoice, listener: LoadListener) =>
    loadAnnotations(target, choiceFor(own, trained, choice), listener);
  return {
    name,
    judge,
    pace,
    figureFiles,
    withoutOptions,
    predictOptions: ["threshold", "out"],

    async choose(recipe, given) {
      return own.choose(recipe, given, await surveyAnnotated(recipe.data));
    },

    async load(recipe, listener) {
      const { data, validation, seed, strict, channels } = recipe;
      const choice = { data, validation, seed, strict, channels };
      return dataOf(own, await loadAnnotations(target, choice, listener), listener);
    },

    async loadFor(trained, choice, listener) {
      return dataOf(own, await load(trained, choice, listener), listener);
    },

    async imagesFor(trained, choice, listener) {
      const { folder, source } = await load(trained, choice, listener);
      const { train, validation, test } = folder;
      const pictures = test ?? validation ?? train;
      return {
        source,
        count: pictures.count,
        async predict(from, to, options) {
          const images: PredictedPicture[] = [];
          for (let row = from; row < to; row++) {
            const { image, target: truth } = await pictures.read(row);
            const one = await own.predict(trained, image, options, truth);
            const file = pictures.nameOf(row);
            images.push({ ...one, cells: [file, ...one.cells], record: { file, ...one.record } });
          }
          return { columns: [{ heading: "file", align: "left" }, ...own.truthColumns], images };
        },
        close: () => folder.close(),
      };
    },

    predictor(trained, options) {
      return {
        decoding: decodingFor(own, trained),
        batchSize: picturesAtOnce,
        async predict(pictures) {
          const images: PredictedPicture[] = [];
          for (const image of pictures) images.push(await own.predict(trained, image, options));
          return { columns: own.columns, images };
        },
      };
    },

    explainer(trained, options) {
      return { ...own.explainer(trained, options), decoding: decodingFor(own, trained) };
    },
  };
}

/** How picture files become what a model takes: in full size. */
function decodingFor<Name extends TargetName>(
  own: AnnotatedTask<Name>,
  { model }: TrainedModel,
): DecodeImageOptions {
  return { channels: own.channelsOf(model) as ChannelCount };
}

/** The pictures of a folder by the classes and the channels of a model. */
function choiceFor<Name extends TargetName>(
  own: AnnotatedTask<Name>,
  { model, classNames }: TrainedModel,
  { data, validation, seed }: MeasuredChoice,
) {
  const channels = own.channelsOf(model) === 1 ? (1 as const) : (3 as const);
  return { data, validation, seed, channels, classNames };
}

/** A loaded folder as data of the task. */
function dataOf<Name extends TargetName>(
  own: AnnotatedTask<Name>,
  { name, source, folder, counts, facts }: LoadedAnnotations<Name>,
  listener: LoadListener,
): TaskData {
  const { train, validation, classNames } = folder;
  const opened: Source[] = [];
  const open = (...request: Parameters<typeof own.source>): Source => {
    const made = own.source(...request);
    opened.push(made);
    return made;
  };
  return {
    name,
    source,
    counts,
    classNames,
    folder: facts,
    identity: () => identityOf(folder),
    model: (recipe, device, learningRate) =>
      own.model({ recipe, classNames, device, listener, learningRate }),
    lessons: (model, recipe) => ({
      train: open(model, train, recipe),
      validation: validation && open(model, validation),
    }),
    record: () => ({ name: own.name }),
    firstBatch: (model, recipe) =>
      firstBatchOf(own, open(model, train, recipe), model, recipe, classNames),
    ...(own.epochLogs &&
      validation && {
        epochLogs: (trained: TrainedModel) => epochLogsOf(own, validation, trained),
      }),
    measure: (trained, part) => own.measure(folder[part] ?? train, trained),
    async close() {
      for (const one of opened) await one.close?.();
      await folder.close();
    },
  };
}

/** What is measured after an epoch, on pictures that are evenly spread. */
async function epochLogsOf<Name extends TargetName>(
  own: AnnotatedTask<Name>,
  pictures: AnnotatedImages<TargetTypes[Name]>,
  trained: TrainedModel,
): Promise<Logs> {
  return (await own.epochLogs?.(somePictures(pictures, mostWatched), trained)) ?? {};
}

/** The images of the first step on one sheet, `u8 [H, W, 3]`. */
async function firstBatchOf<Name extends TargetName>(
  own: AnnotatedTask<Name>,
  source: Source,
  { seed }: Model,
  { batchSize }: Recipe,
  classNames: readonly string[],
): Promise<Tensor<Uint8Array>> {
  const { contactSheet } = await import("../../images/contact-sheet.ts");
  const rows = shuffledRows(seed, source.count, 0).subarray(0, Math.min(batchSize, mostDrawn));
  const read = (await source.read(rows)) as { readonly x: Tensor; readonly y: Tensor };
  return contactSheet(own.drawRows(read, classNames), { gap: 2, background: [128, 128, 128] });
}
