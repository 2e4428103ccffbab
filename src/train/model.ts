// A network with weights: what people hold in their hands. It brings together what lasts, data and loop, and does
// none of their work itself.

import { requireKnownOptions, requireOption } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Source } from "../data/source.ts";
import type { SymbolicOutputs } from "../nn/network.ts";
import { rateAt } from "../nn/optimizers/learning-rate.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { type BatchStream, isStream } from "./batch-stream.ts";
import type { Callback } from "./callback.ts";
import { checkFitOptions, checkPassOptions } from "./fit-options.ts";
import type { LastGood } from "./last-good.ts";
import type { InputValues, ModelExamples } from "./model-examples.ts";
import {
  type BatchOptions,
  batchOptionNames,
  type FitOptions,
  type History,
  type PassOptions,
} from "./options.ts";
import { arePictures, type Pictures, refuseMixture } from "./pictures.ts";
import type { Verbosity } from "./progress-bar.ts";
import { requireState, untrained } from "./state.ts";
import { StatefulModel } from "./stateful-model.ts";
import { type Shaped, shaped } from "./structure.ts";
import type { Watchers } from "./watchers.ts";

/** The parts that work on examples, and the way to load them: within a turn, so that calls keep their order. */
type Work = typeof import("./work.ts");
const loadWork = (): Promise<Work> => import("./work.ts");

/** A model whose predictions have the form `O`. Default: one tensor. */
export class Model<O extends SymbolicOutputs = SymbolicTensor> extends StatefulModel<O> {
  /**
   * Trains on examples `x [N, …]`, `y`: one tensor each, lists in the model's order, or records by the
   * names of inputs and outputs. The numbers of `x` go through the model's `preprocess`, those of `y` are
   * taken as they are.
   *
   * @throws DataError where examples do not fit, ConfigError where options do not, TrainingError where
   * the loss is no longer a number; the last good weights are kept then. An async iterable or generator gives batches
   * `{ x, y }` in its own order; `stepsPerEpoch` says how many make an epoch.
   *
   * @example await model.fit(train, { epochs: 5, batchSize: 128, validationSplit: 0.1 })
   */
  async fit(
    examples: ModelExamples | Source | BatchStream,
    options: FitOptions = {},
  ): Promise<History> {
    checkFitOptions(options);
    if (isStream(examples)) return this.#fitStream(examples, options);
    const { epochs = 1, batchSize = 32, shuffle = true, verbose = 1, resume = false } = options;
    const { initialEpoch = 0, stepsPerEpoch, validationSteps, validationFrequency = 1 } = options;
    const settings = this.requireSettings("fit");
    return this.turns.take("fit", async () => {
      const work = await loadWork();
      const { feedOf, place } = work;
      const feed = feedOf(this, examples, settings, "The set of examples");
      const split = work.splitOf(feed.count, options);
      if (feed.whole) work.warnOfHeldClasses(settings.heads, feed.whole, split, options.onWarning);
      const engine = await this.open();
      await this.memory.prepare(settings.optimizer);
      const { validationData, callbacks = [], classWeights } = options;
      try {
        const weighting = { classWeights, count: split.count };
        const { heads } = settings;
        const training = await place(engine, "training", feed, { heads, weighting, batchSize });
        const other =
          validationData === undefined
            ? undefined
            : feedOf(this, await this.#validationSource(options), settings, "The validation set");
        const held = other && (await place(engine, "validation", other, { heads, batchSize }));
        const validation = held ?? (split.held > 0 ? training : undefined);
        const first = held === undefined ? split.count : 0;
        const validated = other === undefined ? split.held : other.count;
        // A generator's batches have been counted already.
        const most = isStream(validationData) ? Infinity : (validationSteps ?? Infinity);
        const count = Math.min(validated, most * batchSize);
        if (!resume) {
          const { iterations } = this.currentProgress;
          this.currentProgress = { ...untrained, epochs: initialEpoch, iterations };
        }
        const bar = work.progressBar(Number(verbose) as Verbosity);
        const watchers = this.#watchers(work, [...bar, ...callbacks]);
        await work.runFit({
          engine,
          settings,
          seed: this.seed,
          training: { examples: training, count: split.count },
          ...(validation === undefined
            ? {}
            : { validation: { examples: validation, first, count } }),
          epochs,
          batchSize,
          ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
          shuffle,
          replays: !feed.isSequential,
          watchers,
          validatesAfter: (epoch) =>
            typeof validationFrequency === "number"
              ? epoch % validationFrequency === 0
              : validationFrequency.includes(epoch),
          stepByStep: this.#watchers(work, callbacks).have("onStepBegin", "onStepEnd"),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
          learningRate: (iterations) => rateAt(this.rateInUse, iterations),
          lastGood: this.#lastGood(work),
          progress: () => this.currentProgress,
          setProgress: (progress) => {
            this.currentProgress = progress;
          },
          finish: async () => {
            const hasAverages =
              settings.optimizer.endsWithAverage && this.currentProgress.iterations > 0;
            if (hasAverages) await this.takeAverages();
          },
        });
        return work.historyOf(this.currentProgress.history, watchers.stopped);
      } finally {
        this.memory.noteTraining();
        await engine.release("training");
        await engine.release("validation");
      }
    });
  }

  /**
   * The mean loss and all metrics over examples, by name.
   *
   * @throws DataError where examples do not fit the model.
   * @example const { loss, accuracy } = await model.evaluate(test)
   */
  async evaluate(
    examples: ModelExamples | Source | BatchStream,
    options: PassOptions = {},
  ): Promise<Record<string, number>> {
    checkPassOptions("evaluate", options);
    if (isStream(examples)) return this.#evaluateStream(examples);
    const { batchSize = 32, callbacks = [] } = options;
    const settings = this.requireSettings("evaluate");
    return this.turns.take("evaluate", async (turn) => {
      const work = await loadWork();
      const feed = work.feedOf(this, examples, settings, "The set of examples");
      const role = turn === "own" ? "evaluation" : "guestEvaluation";
      const engine = await this.open();
      const placed = await work.place(engine, role, feed, { heads: settings.heads, batchSize });
      const watchers = this.#watchers(work, callbacks);
      try {
        const means = await work.evaluateRows({
          engine,
          settings,
          examples: placed,
          first: 0,
          count: feed.count,
          batchSize,
          watchers,
          goesOn: () => watchers.stopped === undefined,
        });
        return means.logs();
      } finally {
        await engine.releaseIfLarge(role);
      }
    });
  }

  /**
   * The model's results for inputs `[N, …]`: `[N, …]`, such as probabilities `[N, C]`; a list or a
   * record where the model's outputs are one. Inputs are tensors, or picture files as paths, URLs, Blobs or bytes,
   * one or a list: each gets the size and the channels of the model's input, by its `preprocess`, and is one row.
   *
   * @throws DataError where inputs do not fit the model, ImageError where a picture cannot be decoded.
   * @example const probabilities = await model.predict(["cat.jpg", "dog.png"])
   */
  async predict(
    x: InputValues | Source | BatchStream | Pictures,
    options: PassOptions = {},
  ): Promise<Shaped<O, Tensor<Float32Array>>> {
    checkPassOptions("predict", options);
    if (isStream(x)) return this.#predictStream(x);
    refuseMixture(x);
    const inputs = arePictures(x)
      ? (await import("./picture-inputs.ts")).pictureSource(this, x)
      : x;
    const { batchSize = 32, callbacks } = options;
    return this.#predict("predict", inputs, batchSize, callbacks);
  }

  /**
   * One step of training on all of `examples`: their loss and all metrics, by name, as they were before
   * the weights changed.
   *
   * @throws DataError where examples do not fit, ConfigError where options do not, TrainingError where
   * the loss is no longer a number; the weights of before are kept then.
   * @example const { loss } = await model.trainOnBatch({ x, y })
   */
  async trainOnBatch(
    examples: ModelExamples,
    options: BatchOptions = {},
  ): Promise<Record<string, number>> {
    requireKnownOptions(
      "trainOnBatch",
      options,
      batchOptionNames,
      "examples, { classWeights: { 0: 1, 1: 5 } }",
    );
    return this.#onBatch("trainOnBatch", examples, options);
  }

  /**
   * The loss and all metrics of `examples`, taken as one step.
   *
   * @throws DataError where examples do not fit the model.
   */
  async testOnBatch(examples: ModelExamples): Promise<Record<string, number>> {
    return this.#onBatch("testOnBatch", examples, {});
  }

  /** The model's results for inputs `[N, …]`, taken as one step. @throws DataError where they do not fit. */
  async predictOnBatch(x: InputValues): Promise<Shaped<O, Tensor<Float32Array>>> {
    return this.#predict("predictOnBatch", x);
  }

  /** The results for `x`, in batches of `batchSize`. Default: all in one. */
  #predict(
    method: string,
    x: InputValues | Source,
    batchSize?: number,
    callbacks: readonly Callback[] = [],
  ): Promise<Shaped<O, Tensor<Float32Array>>> {
    return this.turns.take(method, async (turn) => {
      const role = turn === "own" ? "prediction" : "guestPrediction";
      const work = await loadWork();
      const feed = work.inputFeedOf(this, x, "The inputs");
      const engine = await this.open();
      const results = await work.predictAll(engine, this.network, feed, {
        role,
        batchSize: batchSize ?? Math.max(1, feed.count),
        watchers: this.#watchers(work, callbacks),
      });
      return shaped<O, Tensor<Float32Array>>(this.network, results);
    });
  }

  /** Trains on the batches of a stream as they come. */
  async #fitStream(stream: BatchStream, options: FitOptions): Promise<History> {
    const { stepsPerEpoch, batchSize, validationSplit = 0, ...rest } = options;
    const isFree = batchSize === undefined && validationSplit === 0;
    const given = batchSize === undefined ? "validationSplit" : "batchSize";
    requireOption(given, options[given], isFree, "nothing: the generator makes the batches");
    const { streamSource } = await loadWork();
    const source = await streamSource(stream, stepsPerEpoch, "stepsPerEpoch");
    return this.fit(source, { ...rest, batchSize: source.batchSize, shuffle: false });
  }

  /** What `fit` validates on; of a stream as many batches as `validationSteps` says. */
  async #validationSource({ validationData, validationSteps }: FitOptions) {
    return isStream(validationData)
      ? (await loadWork()).streamSource(validationData, validationSteps, "validationSteps")
      : (validationData as ModelExamples | Source);
  }

  /** The mean loss and all metrics over a stream, to its end. */
  #evaluateStream(stream: BatchStream): Promise<Record<string, number>> {
    const settings = this.requireSettings("evaluate");
    return this.turns.take("evaluate", async (turn) => {
      const { batchesIn, Means, orderFor, runBatch } = await loadWork();
      const means = new Means(settings.metrics);
      for await (const rows of batchesIn(stream)) {
        const ordered = orderFor(this, rows as ModelExamples, settings, "The batch");
        const role = turn === "own" ? "evaluation" : "guestEvaluation";
        const engine = await this.open();
        const { memory } = this;
        const job = { engine, memory, settings, ordered, role, iterations: 0 } as const;
        means.add(ordered.count, await runBatch({ ...job, classWeights: undefined }));
      }
      return means.logs();
    });
  }

  /** The results for a stream, to its end. */
  #predictStream(stream: BatchStream): Promise<Shaped<O, Tensor<Float32Array>>> {
    return this.turns.take("predict", async (turn) => {
      const role = turn === "own" ? "prediction" : "guestPrediction";
      const work = await loadWork();
      const engine = await this.open();
      const parts: Tensor<Float32Array>[][] = [];
      for await (const { x } of work.batchesIn(stream)) {
        const feed = work.inputFeedOf(this, x, "The inputs");
        const options = {
          role,
          batchSize: feed.count,
          watchers: this.#watchers(work, []),
        } as const;
        parts.push(await work.predictAll(engine, this.network, feed, options));
      }
      const results = this.network.outputs.map((_, i) => work.joined(parts.map((part) => part[i])));
      return shaped<O, Tensor<Float32Array>>(this.network, results);
    });
  }

  #onBatch(
    method: "trainOnBatch" | "testOnBatch",
    examples: ModelExamples,
    { classWeights }: BatchOptions,
  ): Promise<Record<string, number>> {
    const settings = this.requireSettings(method);
    return this.turns.take(method, async (turn) => {
      const { Means, orderFor, runBatch } = await loadWork();
      const ordered = orderFor(this, examples, settings, "The batch");
      const { iterations } = this.currentProgress;
      const outputs = await runBatch({
        engine: await this.open(),
        memory: this.memory,
        settings,
        ordered,
        classWeights,
        role: turn === "own" ? "batch" : "guestEvaluation",
        ...(method === "testOnBatch" ? {} : { rate: rateAt(this.rateInUse, iterations) }),
        iterations,
      });
      if (method === "trainOnBatch") {
        this.currentProgress = { ...this.currentProgress, iterations: iterations + 1 };
      }
      const means = new Means(settings.metrics);
      means.add(ordered.count, outputs);
      return means.logs();
    });
  }

  #watchers({ Watchers }: Work, callbacks: readonly Callback[]): Watchers {
    return new Watchers(callbacks, {
      model: this,
      restore: async (state) => {
        requireState("restore", state);
        await this.takeOver(state);
      },
      during: (hook) => this.turns.during(hook),
    });
  }

  #lastGood({ LastGood }: Work): LastGood {
    const memory = this.memory;
    return new LastGood({
      getState: () => this.getState(),
      putBack: (state) => this.takeOver(state),
      setHalted: (value) => memory.setHalted(value),
      get changes() {
        return memory.changes;
      },
    });
  }

  /**
   * The weights become the moving averages that the optimizer keeps of them (`useEma`), as `fit` leaves them at its end.
   * Where it keeps none, nothing changes. Callbacks measure the averages while training goes on, and put the weights back.
   *
   * @example
   * const weights = await model.getWeights();
   * await model.takeAverages();
   * const averaged = await model.evaluate(test);
   * await model.setWeights(weights);
   */
  async takeAverages(): Promise<void> {
    const { weights, slots } = await this.getState();
    const trained = new Set(this.engine?.trainedNames);
    const averages = [...weights].map(([name, value]): [string, Tensor] => [
      name,
      (trained.has(name) ? slots.get(`${name}/average`) : undefined) ?? value,
    ]);
    await this.setWeights(new Map(averages));
  }
}
