// A network with weights: what people hold in their hands. It brings together architecture, device, data
// and loop, and does none of their work itself.

import { ConfigError } from "../core/errors.ts";
import { outlineOf, requireKnownOptions, requireRecord } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Source } from "../data/source.ts";
import { type Precision, precisions } from "../kernel/schedules/schedule.ts";
import type { Device } from "../machine/device.ts";
import { sharedDevice } from "../machine/open.ts";
import type { Network, SymbolicOutputs } from "../nn/network.ts";
import { optimizerOf } from "../nn/optimizers/index.ts";
import { type LearningRate, rateAt } from "../nn/optimizers/learning-rate.ts";
import { type Preprocess, preprocessOf } from "../nn/preprocess.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { Architecture } from "./architecture.ts";
import { runBatch } from "./batch-step.ts";
import type { Callback } from "./callback.ts";
import { checkCompileOptions } from "./compile-options.ts";
import { CompiledProgram } from "./compiled-program.ts";
import { Engine } from "./engine.ts";
import { evaluateRows } from "./evaluate.ts";
import { type Feed, feedOf, inputFeedOf } from "./feed.ts";
import { defaultSeed } from "./first-values.ts";
import { type Progress, runFit, untrained } from "./fit.ts";
import { checkFitOptions, checkPassOptions } from "./fit-options.ts";
import { headsOf } from "./heads.ts";
import { warnOfHeldClasses } from "./held-classes.ts";
import { historyOf } from "./history.ts";
import { LastGood } from "./last-good.ts";
import { Means } from "./means.ts";
import type { InputValues, ModelExamples } from "./model-examples.ts";
import { ModelMemory } from "./model-memory.ts";
import type { ModelSource } from "./model-source.ts";
import {
  type BatchOptions,
  batchOptionNames,
  type CompileOptions,
  type FitOptions,
  type History,
  type ModelOptions,
  type PassOptions,
} from "./options.ts";
import { orderFor } from "./ordering.ts";
import { place } from "./placement.ts";
import { predictAll } from "./predict.ts";
import type { ModelProgram } from "./programs/model-program.ts";
import { progressBar, type Verbosity } from "./progress-bar.ts";
import { settingsOf, type TrainingSettings } from "./settings.ts";
import { splitOf } from "./split.ts";
import { type Shaped, shaped } from "./structure.ts";
import { Turns } from "./turns.ts";
import { Watchers } from "./watchers.ts";
import type { LoadedWeights, LoadWeightsOptions } from "./weights-file.ts";

/** Everything that a checkpoint must hold. */
export interface ModelState {
  readonly weights: ReadonlyMap<string, Tensor<Float32Array>>;
  /** What the optimizer remembers, by weight and slot. */
  readonly slots: ReadonlyMap<string, Tensor<Float32Array>>;
  readonly progress: Progress;
}

/** A model whose results have the form `O`: one tensor unless told. */
export class Model<O extends SymbolicOutputs = SymbolicTensor> extends Architecture<O> {
  readonly seed: number;
  /** Whether algorithms are allowed that round more than plain sums do. */
  readonly precision: Precision;
  /** What is done to the numbers of each input before the first layer; undefined where nothing is. */
  readonly preprocess: readonly (Preprocess | undefined)[];
  #deviceChoice: Device | undefined;
  readonly #memory: ModelMemory;
  #engine: Engine | undefined;
  #settings: TrainingSettings | undefined;
  #learningRate: LearningRate = 0;
  #progress: Progress = untrained;
  readonly #turns = new Turns();
  /** Programs of others' making, which go with the model's memory. */
  readonly #programs = new Set<CompiledProgram>();
  /** Programs of earlier settings on their way out. */
  #retiring: Promise<void> | undefined;

  constructor(
    network: Network,
    { seed, precision = "fast", device, preprocess }: ModelOptions = {},
  ) {
    super(network);
    if (seed !== undefined && !Number.isSafeInteger(seed)) {
      throw new ConfigError({
        what: "The seed cannot be used.",
        expected: "a whole number from -(2^53 - 1) to 2^53 - 1",
        received: String(seed),
      });
    }
    if (!precisions.includes(precision)) {
      throw new ConfigError({
        what: "The precision cannot be used.",
        expected: precisions.join(" or "),
        received: String(precision),
      });
    }
    this.seed = seed ?? defaultSeed;
    this.precision = precision;
    this.preprocess = preprocessOf(network, preprocess);
    this.#deviceChoice = device;
    this.#memory = new ModelMemory({ network, seed });
  }

  /** The settings of `compile`. */
  get settings(): TrainingSettings | undefined {
    return this.#settings;
  }

  /** How far training has come. */
  get progress(): Progress {
    return this.#progress;
  }

  /** How far the optimizer's next step goes. Setting it ends a schedule. */
  get learningRate(): number {
    return rateAt(this.#learningRate, this.#progress.iterations);
  }

  /** The learning rate as it was given: a number or a schedule. */
  get rateSetting(): LearningRate {
    return this.#learningRate;
  }

  set rateSetting(rate: LearningRate) {
    this.#learningRate = rate;
  }

  set learningRate(value: number) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new ConfigError({
        what: "The learning rate cannot be used.",
        expected: "a finite number of at least 0",
        received: String(value),
      });
    }
    this.#learningRate = value;
  }

  /**
   * Settles how the model learns. The optimizer begins anew.
   *
   * @throws ConfigError where the optimizer or the loss is missing, or a name is unknown.
   * @example model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] })
   */
  compile(options: CompileOptions): this {
    this.#turns.requireIdle("compile");
    checkCompileOptions(options);
    const heads = headsOf(this.network, options);
    this.#settings = settingsOf(optimizerOf(options.optimizer), heads);
    this.#learningRate = this.#settings.optimizer.learningRate;
    this.#memory.forgetSlots();
    this.#progress = untrained;
    this.#retiring = this.#engine?.clear();
    return this;
  }

  /**
   * Trains on examples `x [N, …]`, `y`: one tensor each, lists in the model's order, or records by the
   * names of inputs and outputs. The numbers of `x` go through the model's `preprocess`, those of `y` are
   * taken as they are.
   *
   * @throws DataError where examples do not fit, ConfigError where options do not, TrainingError where
   * the loss is no longer a number; the last good weights are kept then.
   * @example await model.fit(train, { epochs: 5, batchSize: 128, validationSplit: 0.1 })
   */
  async fit(examples: ModelExamples | Source, options: FitOptions = {}): Promise<History> {
    checkFitOptions(options);
    const { epochs = 1, batchSize = 32, shuffle = true, verbose = 1, resume = false } = options;
    const { initialEpoch = 0, stepsPerEpoch, validationSteps, validationFrequency = 1 } = options;
    const settings = this.#requireSettings("fit");
    const feed = feedOf(this, examples, settings, "The set of examples");
    const split = splitOf(feed.count, options);
    if (feed.whole) warnOfHeldClasses(settings.heads, feed.whole, split, options.onWarning);
    return this.#turns.take("fit", async () => {
      const engine = await this.#open();
      await this.#memory.prepare(settings.optimizer);
      const { validationData, callbacks = [], classWeights } = options;
      try {
        const weighting = { classWeights, count: split.count };
        const { heads } = settings;
        const training = await place(engine, "training", feed, { heads, weighting, batchSize });
        const other =
          validationData === undefined
            ? undefined
            : feedOf(this, validationData, settings, "The validation set");
        const held = other && (await place(engine, "validation", other, { heads, batchSize }));
        const validation = held ?? (split.held > 0 ? training : undefined);
        const first = held === undefined ? split.count : 0;
        const validated = other === undefined ? split.held : other.count;
        const count = Math.min(validated, (validationSteps ?? Infinity) * batchSize);
        if (!resume) {
          const { iterations } = this.#progress;
          this.#progress = { ...untrained, epochs: initialEpoch, iterations };
        }
        const bar = progressBar(Number(verbose) as Verbosity);
        const watchers = this.#watchers([...bar, ...callbacks]);
        await runFit({
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
          watchers,
          validatesAfter: (epoch) =>
            typeof validationFrequency === "number"
              ? epoch % validationFrequency === 0
              : validationFrequency.includes(epoch),
          stepByStep: this.#watchers(callbacks).have("onStepBegin", "onStepEnd"),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
          learningRate: (iterations) => rateAt(this.#learningRate, iterations),
          lastGood: this.#lastGood(),
          progress: () => this.#progress,
          setProgress: (progress) => {
            this.#progress = progress;
          },
          finish: async () => {
            const hasAverages = settings.optimizer.endsWithAverage && this.#progress.iterations > 0;
            if (hasAverages) await this.#takeAverages();
          },
        });
        return historyOf(this.#progress.history, watchers.stopped);
      } finally {
        this.#memory.noteTraining();
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
    examples: ModelExamples | Source,
    options: PassOptions = {},
  ): Promise<Record<string, number>> {
    checkPassOptions("evaluate", options);
    const { batchSize = 32, callbacks = [] } = options;
    const settings = this.#requireSettings("evaluate");
    const feed = feedOf(this, examples, settings, "The set of examples");
    return this.#turns.take("evaluate", async (turn) => {
      const role = turn === "own" ? "evaluation" : "guestEvaluation";
      const engine = await this.#open();
      const placed = await place(engine, role, feed, { heads: settings.heads, batchSize });
      const watchers = this.#watchers(callbacks);
      try {
        const means = await evaluateRows({
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
   * record where the model's outputs are one.
   *
   * @throws DataError where inputs do not fit the model.
   * @example const probabilities = await model.predict(test.x)
   */
  async predict(
    x: InputValues | Source,
    options: PassOptions = {},
  ): Promise<Shaped<O, Tensor<Float32Array>>> {
    checkPassOptions("predict", options);
    return this.#predict("predict", inputFeedOf(this, x, "The inputs"), options);
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
    const feed = inputFeedOf(this, x, "The inputs");
    return this.#predict("predictOnBatch", feed, { batchSize: Math.max(1, feed.count) });
  }

  #predict(
    method: string,
    feed: Feed,
    { batchSize = 32, callbacks = [] }: PassOptions,
  ): Promise<Shaped<O, Tensor<Float32Array>>> {
    return this.#turns.take(method, async (turn) => {
      const role = turn === "own" ? "prediction" : "guestPrediction";
      const watchers = this.#watchers(callbacks);
      const engine = await this.#open();
      const results = await predictAll(engine, this.network, feed, { role, batchSize, watchers });
      return shaped<O, Tensor<Float32Array>>(this.network, results);
    });
  }

  #onBatch(
    method: "trainOnBatch" | "testOnBatch",
    examples: ModelExamples,
    { classWeights }: BatchOptions,
  ): Promise<Record<string, number>> {
    const settings = this.#requireSettings(method);
    const ordered = orderFor(this, examples, settings, "The batch");
    return this.#turns.take(method, async (turn) => {
      const { iterations } = this.#progress;
      const outputs = await runBatch({
        engine: await this.#open(),
        memory: this.#memory,
        settings,
        ordered,
        classWeights,
        role: turn === "own" ? "batch" : "guestEvaluation",
        ...(method === "testOnBatch" ? {} : { rate: rateAt(this.#learningRate, iterations) }),
        iterations,
      });
      if (method === "trainOnBatch") {
        this.#progress = { ...this.#progress, iterations: iterations + 1 };
      }
      const means = new Means(settings.metrics);
      means.add(ordered.count, outputs);
      return means.logs();
    });
  }

  /**
   * Compiles a program of your own over the model's weights: its graph may apply the model, take gradients
   * at any layer, and keep states of its own between steps. `states` says what those begin with.
   * Default: zeros.
   *
   * @throws ConfigError where a state is given that the program does not have, ShapeError where one does
   * not fit.
   * @example
   * const program = await model.compileProgram({
   *   name: "saliency",
   *   graph({ build, apply }) {
   *     const image = build.input("image", { shape: [1, 28, 28, 1], dtype: "f32" });
   *     const { outputs, activation } = apply(image);
   *     const score = build.sum(build.slice(outputs[0], [0, 3], [1, 1]));
   *     const [gradient] = gradients(score, [activation("conv2d")], build);
   *     return { outputs: { score, gradient }, updates: [] };
   *   },
   * });
   */
  async compileProgram(
    program: ModelProgram,
    states: Readonly<Record<string, Tensor>> = {},
  ): Promise<CompiledProgram> {
    return this.#turns.take("compileProgram", async () => {
      const engine = await this.#open();
      const compiled = await CompiledProgram.make(engine, this.#memory, program, states, (run) =>
        this.#turns.take("run", run),
      );
      this.#programs.add(compiled);
      return compiled;
    });
  }

  /** A copy of all weights, by name, such as `conv2d/kernel`. */
  getWeights(): Promise<Map<string, Tensor<Float32Array>>> {
    return this.#memory.readWeights();
  }

  /**
   * Replaces all weights, for every model that shares them.
   *
   * @throws ShapeError where one is missing, unknown, or of another shape; nothing is replaced then.
   */
  async setWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    await this.#memory.writeWeights(weights);
  }

  /**
   * Writes all weights, and nothing else: `.weights.h5` as Keras 3, `.h5` as Keras 2, `.safetensors`. The
   * file is whole or not there at all.
   *
   * @throws FormatError where it cannot be written.
   * @example await model.saveWeights("model.weights.h5")
   */
  async saveWeights(path: string): Promise<void> {
    const { writeWeights } = await import("./weights-file.ts");
    await writeWeights(path, this.network, await this.getWeights());
  }

  /**
   * Replaces all weights by those of a file, given as a path, a URL, a Blob or bytes: one of `saveWeights`, or
   * a whole model in `.keras`, `.h5` or `.safetensors`. With `skipMismatch`, layers that do not fit keep theirs.
   *
   * @returns The names of the weights that were skipped, and of those in the file that have no place.
   * @throws FormatError where it is damaged, or holds the weights of another model; nothing is replaced
   * then.
   * @example await model.loadWeights("pretrained.h5", { byName: true, skipMismatch: true })
   */
  async loadWeights(source: ModelSource, options: LoadWeightsOptions = {}): Promise<LoadedWeights> {
    const { readWeights } = await import("./weights-file.ts");
    const { weights, ...left } = await readWeights(source, this.network, options);
    await this.#memory.writeSome(weights);
    return left;
  }

  /** A copy of weights, slots and progress. */
  async getState(): Promise<ModelState> {
    const progress = this.#progress;
    const [weights, slots] = await Promise.all([
      this.getWeights(),
      this.#memory.readSlots(this.#slotNames),
    ]);
    return { weights, slots, progress };
  }

  /**
   * Takes over a state, as from a checkpoint.
   *
   * @throws ShapeError where it does not fit; nothing is taken over then.
   */
  async setState(state: ModelState): Promise<void> {
    this.#turns.requireIdle("setState");
    requireState("setState", state);
    await this.#takeOver(state);
  }

  async #takeOver({ weights, slots, progress }: ModelState): Promise<void> {
    this.#memory.checkSlots(this.#slotNames, slots);
    await this.#memory.writeWeights(weights);
    await this.#memory.writeSlots(slots, this.#settings?.optimizer);
    this.#progress = progress;
  }

  #watchers(callbacks: readonly Callback[]): Watchers {
    return new Watchers(callbacks, {
      model: this,
      restore: async (state) => {
        requireState("restore", state);
        await this.#takeOver(state);
      },
      during: (hook) => this.#turns.during(hook),
    });
  }

  #lastGood(): LastGood {
    const memory = this.#memory;
    return new LastGood({
      getState: () => this.getState(),
      putBack: (state) => this.#takeOver(state),
      setHalted: (value) => memory.setHalted(value),
      get changes() {
        return memory.changes;
      },
    });
  }

  /** The weights become the moving averages that the optimizer kept of them, as at the end in Keras. */
  async #takeAverages(): Promise<void> {
    const { weights, slots } = await this.getState();
    const trained = new Set(this.#engine?.trainedNames);
    const averages = [...weights].map(([name, value]): [string, Tensor] => [
      name,
      (trained.has(name) ? slots.get(`${name}/average`) : undefined) ?? value,
    ]);
    await this.setWeights(new Map(averages));
  }

  /** Milliseconds that compiling the last training step took. */
  get compileMilliseconds(): number | undefined {
    return this.#engine?.compileMilliseconds.get("train");
  }

  /** Gives the model's memory back; weights stay readable. @throws ConfigError while it is busy. */
  async dispose(): Promise<void> {
    this.#turns.requireIdle("dispose");
    for (const program of this.#programs) await program.dispose();
    this.#programs.clear();
    await this.#engine?.clear();
    await this.#memory.close(this.#slotNames);
    this.#engine = undefined;
  }

  /** What the optimizer remembers of each weight. */
  get #slotNames(): readonly string[] {
    return this.#settings?.optimizer.slots ?? [];
  }

  #requireSettings(method: string): TrainingSettings {
    if (this.#settings !== undefined) return this.#settings;
    throw new ConfigError({
      what: `The model was not compiled before ${method}.`,
      expected: "model.compile({ optimizer, loss })",
      received: "no settings",
    });
  }

  async #open(): Promise<Engine> {
    await this.#retiring;
    if (this.#engine !== undefined) return this.#engine;
    const device = this.#deviceChoice ?? (await sharedDevice());
    await this.#memory.open(device);
    this.#deviceChoice = device;
    this.#engine = new Engine(device, this.network, this.#memory, this);
    return this.#engine;
  }
}

/** @throws ConfigError unless `model` is one; `call` is what was called. */
export function requireModel(call: string, model: unknown): void {
  if (model instanceof Model) return;
  throw new ConfigError({
    what: `${call}: The model cannot be used.`,
    expected: "a model, as sequential, model or loadModel make it",
    received: outlineOf(model),
    // What loadModel gives has more than the model.
    ...(typeof model === "object" && model !== null && "model" in model
      ? { fix: "take the model out of it: const { model } = await loadModel(…)" }
      : {}),
  });
}

/** @throws ConfigError unless `state` is one; `call` is what was called. */
function requireState(call: string, state: unknown): void {
  const what = `${call}: The state cannot be used.`;
  const expected = "{ weights, slots, progress }, as getState gives it";
  requireRecord(what, state, ["weights", "slots", "progress"], expected);
  const { slots, progress } = state as ModelState;
  const numbers = ["epochs", "steps", "iterations", "means", "history"];
  requireRecord(what, progress, numbers, `${expected}, and a progress { ${numbers.join(", ")} }`);
  if (!(slots instanceof Map))
    requireRecord(what, undefined, [], `${expected}, and slots in a Map`);
}
