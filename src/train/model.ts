// A network with weights: what people hold in their hands. Floor 5. It brings together architecture,
// device, data and loop, and does none of their work itself.

import { ConfigError, DataError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkExamples, countExamples, type Examples } from "../data/examples.ts";
import type { Device } from "../machine/device.ts";
import { sharedDevice } from "../machine/open.ts";
import { lossOf } from "../nn/losses/index.ts";
import { compileMetrics } from "../nn/metrics/compiled-metric.ts";
import { metricOf } from "../nn/metrics/index.ts";
import type { Network } from "../nn/network.ts";
import { optimizerFrom } from "../nn/optimizers/index.ts";
import { type LearningRate, rateAt } from "../nn/optimizers/learning-rate.ts";
import { formatSummary, type Summary, summarize } from "../nn/summary.ts";
import { checkSlots, checkWeights, slotShapes } from "./check-weights.ts";
import {
  Engine,
  type ResidentExamples,
  type Role,
  runSteps,
  type TrainingSettings,
} from "./engine.ts";
import type { EpochRecord } from "./events.ts";
import { checkCounts, evaluateRows, type Progress, runFit, untrained } from "./fit.ts";
import { names } from "./graphs.ts";
import type { CompileOptions, FitOptions, History, ModelOptions } from "./options.ts";
import { progressBar } from "./progress-bar.ts";
import { checkInputs, fillRows, prepareAnswers } from "./residency.ts";
import { initialWeights, Store } from "./store.ts";
import { type ClassWeighting, weightsOf } from "./weights.ts";

/** Everything that a checkpoint must hold. */
export interface ModelState {
  readonly weights: ReadonlyMap<string, Tensor<Float32Array>>;
  /** What the optimizer remembers, by weight and slot. */
  readonly slots: ReadonlyMap<string, Tensor<Float32Array>>;
  readonly progress: Progress;
}

/** Bytes of examples that evaluation and prediction put on the device at a time. */
const chunkBytes = 128 << 20;

export class Model {
  readonly network: Network;
  readonly seed: number;
  #deviceChoice: Device | undefined;
  #weights: Map<string, Tensor<Float32Array>>;
  #slots = new Map<string, Tensor<Float32Array>>();
  #store: Store | undefined;
  #engine: Engine | undefined;
  #settings: TrainingSettings | undefined;
  #learningRate: LearningRate = 0;
  #progress: Progress = untrained;
  #busy = false;
  /** Programs of earlier settings on their way out. */
  #retiring: Promise<void> | undefined;

  constructor(network: Network, { seed = 0, device }: ModelOptions = {}) {
    if (!Number.isSafeInteger(seed)) {
      throw new ConfigError({
        what: "The seed cannot be used.",
        expected: "a whole number",
        received: String(seed),
      });
    }
    this.network = network;
    this.seed = seed;
    this.#deviceChoice = device;
    this.#weights = initialWeights(network, seed);
  }

  get name(): string {
    return this.network.name;
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

  /** How many numbers the weights are. */
  countParams(): number {
    return this.network.parameterCount;
  }

  /** The table of layers as data. */
  summarize(): Summary {
    return summarize(this.network);
  }

  /** The table of layers, as Keras prints it, with multiply-adds and receptive fields. */
  summary(): string {
    return formatSummary(summarize(this.network));
  }

  /**
   * Settles how the model learns. The optimizer begins anew.
   *
   * @throws ConfigError where a name is unknown, with the closest one that exists.
   * @example model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] })
   */
  compile({ optimizer, loss, metrics = [], weightedMetrics = [] }: CompileOptions): this {
    this.#requireIdle("compile");
    this.#settings = {
      optimizer: typeof optimizer === "string" ? optimizerFrom(optimizer) : optimizer,
      loss: lossOf(loss),
      metrics: compileMetrics(metrics.map(metricOf), weightedMetrics.map(metricOf)),
    };
    this.#learningRate = this.#settings.optimizer.learningRate;
    this.#slots.clear();
    this.#progress = untrained;
    this.#store?.release("slot/");
    this.#retiring = this.#engine?.clear();
    return this;
  }

  /**
   * Trains on examples `x [N, …]`, `y`. u8 images are scaled from 0…255 to 0…1.
   *
   * @throws DataError where examples do not fit, ConfigError where options do not, TrainingError where
   * the loss is no longer a number; the last good weights are kept then.
   * @example await model.fit(train, { epochs: 5, batchSize: 128, validationSplit: 0.1 })
   */
  async fit(examples: Examples, options: FitOptions = {}): Promise<History> {
    const { epochs = 1, batchSize = 32, shuffle = true, verbose = 1, resume = false } = options;
    const settings = this.#requireSettings("fit");
    checkCounts({ epochs, batchSize });
    const split = splitOf(examples, options);
    return this.#exclusively("fit", async () => {
      const engine = await this.#open();
      const store = this.#store as Store;
      this.#openSlots(store, settings);
      store.reserve(names.halted, []);
      store.clear(names.halted);
      const { validationData, callbacks = [], classWeights } = options;
      try {
        const weighting = { classWeights, count: split.count };
        const training = await this.#place("training", examples, settings, weighting);
        const held =
          validationData === undefined
            ? undefined
            : await this.#place("validation", validationData, settings);
        const validation = held ?? (split.held > 0 ? training : undefined);
        const first = held === undefined ? split.count : 0;
        const count = held === undefined ? split.held : countExamples(validationData as Examples);
        if (!resume) this.#progress = { ...untrained, iterations: this.#progress.iterations };
        const stopped = await runFit({
          engine,
          settings,
          seed: this.seed,
          training: { examples: training, count: split.count },
          ...(validation === undefined
            ? {}
            : { validation: { examples: validation, first, count } }),
          epochs,
          batchSize,
          shuffle,
          callbacks: [...progressBar(verbose), ...callbacks],
          stepByStep: callbacks.some((callback) => callback.onStepEnd !== undefined),
          ...(options.signal === undefined ? {} : { signal: options.signal }),
          learningRate: (iterations) => rateAt(this.#learningRate, iterations),
          progress: () => this.#progress,
          setProgress: (progress) => {
            this.#progress = progress;
          },
        });
        return historyOf(this.#progress.history, stopped);
      } finally {
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
    examples: Examples,
    { batchSize = 32 }: { readonly batchSize?: number } = {},
  ): Promise<Record<string, number>> {
    const settings = this.#requireSettings("evaluate");
    checkCounts({ batchSize });
    checkExamples(examples, "The examples");
    return this.#exclusively("evaluate", async () => {
      const engine = await this.#open();
      const placed = await this.#place("evaluation", examples, settings);
      try {
        const rows = { first: 0, count: countExamples(examples) };
        return (await evaluateRows(engine, settings, placed, rows, batchSize)).logs();
      } finally {
        await engine.releaseIfLarge("evaluation");
      }
    });
  }

  /**
   * The model's results for inputs `[N, …]`: `[N, …]`, such as probabilities `[N, C]`.
   *
   * @throws DataError where inputs do not fit the model.
   * @example const probabilities = await model.predict(test.x)
   */
  async predict(
    x: Tensor<Uint8Array | Float32Array>,
    { batchSize = 32 }: { readonly batchSize?: number } = {},
  ): Promise<Tensor<Float32Array>> {
    checkCounts({ batchSize });
    checkInputs(x, this.network.inputShape);
    return this.#exclusively("predict", async () => {
      const engine = await this.#open();
      const count = x.shape[0];
      const rowBytes = sizeOf(this.network.inputShape) * x.data.BYTES_PER_ELEMENT;
      const chunk = Math.max(1, Math.min(count, Math.floor(chunkBytes / rowBytes)));
      const examples = await engine.reserve("prediction", chunk, x);
      const row = sizeOf(this.network.outputShape);
      const data = new Float32Array(count * row);
      try {
        for (let start = 0; start < count; start += chunk) {
          const end = Math.min(count, start + chunk);
          fillRows(engine.device, examples.inputs, x, start, end);
          await this.#predictRows(engine, examples, end - start, batchSize, (at, values) =>
            data.set(values, (start + at) * row),
          );
        }
      } finally {
        await engine.releaseIfLarge("prediction");
      }
      return { data, shape: [count, ...this.network.outputShape] };
    });
  }

  async #predictRows(
    engine: Engine,
    examples: ResidentExamples,
    count: number,
    batchSize: number,
    take: (at: number, values: Float32Array) => void,
  ): Promise<void> {
    const batch = Math.min(batchSize, count);
    const executable = await engine.program("predict", batch, examples);
    const steps = Math.ceil(count / batch);
    // The last step looks at rows that were seen before rather than at fewer rows.
    const firstOf = (step: number) => Math.min(step * batch, count - batch);
    const inputsOf = (step: number) => ({
      rows: Int32Array.from({ length: batch }, (_, i) => firstOf(step) + i),
      step: [0],
    });
    await runSteps(executable, steps, inputsOf, (step, outputs) => {
      take(firstOf(step), outputs.output as Float32Array);
    });
  }

  /** A copy of all weights, by name, such as `conv2d/kernel`. */
  getWeights(): Map<string, Tensor<Float32Array>> {
    if (this.#store === undefined) return new Map(this.#weights);
    const store = this.#store;
    return new Map(
      this.network.weights.map(({ fullName }) => [fullName, store.read(names.weight(fullName))]),
    );
  }

  /**
   * Replaces all weights.
   *
   * @throws ShapeError where one is missing, unknown, or of another shape; nothing is replaced then.
   */
  setWeights(weights: ReadonlyMap<string, Tensor>): void {
    checkWeights(this.network, weights);
    for (const { fullName, shape } of this.network.weights) {
      const { data } = weights.get(fullName) as Tensor;
      const value = { data: Float32Array.from(data), shape };
      this.#weights.set(fullName, value);
      this.#store?.write(names.weight(fullName), value);
    }
  }

  /** A copy of weights, slots and progress. */
  getState(): ModelState {
    const slots = new Map(this.#slots);
    const store = this.#store;
    if (store !== undefined && this.#settings !== undefined) {
      for (const key of slotShapes(this.network, this.#settings.optimizer.slots).keys()) {
        if (store.has(`slot/${key}`)) slots.set(key, store.read(`slot/${key}`));
      }
    }
    return { weights: this.getWeights(), slots, progress: this.#progress };
  }

  /**
   * Takes over a state, as from a checkpoint.
   *
   * @throws ShapeError where it does not fit; nothing is taken over then.
   */
  setState({ weights, slots, progress }: ModelState): void {
    this.#requireIdle("setState");
    checkSlots(this.network, this.#settings?.optimizer.slots ?? [], slots);
    this.setWeights(weights);
    this.#slots = new Map(slots);
    this.#progress = progress;
    for (const [key, value] of slots) {
      if (this.#store?.has(`slot/${key}`)) this.#store.write(`slot/${key}`, value);
    }
  }

  /** Milliseconds that compiling the last training step took. */
  get compileMilliseconds(): number | undefined {
    return this.#engine?.compileMilliseconds.get("train");
  }

  /** Gives the model's memory back; weights stay readable. @throws ConfigError while it is busy. */
  async dispose(): Promise<void> {
    this.#requireIdle("dispose");
    const { weights, slots } = this.getState();
    await this.#engine?.clear();
    this.#weights = new Map(weights);
    this.#slots = new Map(slots);
    this.#store?.release();
    this.#store = undefined;
    this.#engine = undefined;
  }

  #requireSettings(method: string): TrainingSettings {
    if (this.#settings !== undefined) return this.#settings;
    throw new ConfigError({
      what: `The model was not compiled before ${method}.`,
      expected: "model.compile({ optimizer, loss })",
      received: "no settings",
    });
  }

  #requireIdle(method: string): void {
    if (!this.#busy) return;
    throw new ConfigError({
      what: `The model is busy: ${method} has to wait.`,
      expected: "one call at a time",
      received: "a call while fit, evaluate or predict is under way",
      fix: "await the first one",
    });
  }

  /** One thing at a time: two runs would change each other's weights. */
  async #exclusively<T>(method: string, run: () => Promise<T>): Promise<T> {
    this.#requireIdle(method);
    this.#busy = true;
    try {
      return await run();
    } finally {
      this.#busy = false;
    }
  }

  async #open(): Promise<Engine> {
    await this.#retiring;
    if (this.#engine !== undefined) return this.#engine;
    const device = this.#deviceChoice ?? (await sharedDevice());
    const store = new Store(device);
    try {
      for (const [fullName, value] of this.#weights) {
        store.reserve(names.weight(fullName), value.shape);
        store.write(names.weight(fullName), value);
      }
    } catch (error) {
      store.release();
      throw error;
    }
    this.#deviceChoice = device;
    this.#store = store;
    this.#engine = new Engine(device, this.network, store, this.seed);
    return this.#engine;
  }

  #openSlots(store: Store, settings: TrainingSettings): void {
    for (const [key, shape] of slotShapes(this.network, settings.optimizer.slots)) {
      if (store.has(`slot/${key}`)) continue;
      store.reserve(`slot/${key}`, shape);
      const value = this.#slots.get(key);
      if (value !== undefined) store.write(`slot/${key}`, value);
    }
  }

  async #place(
    role: Role,
    examples: Examples,
    settings: TrainingSettings,
    weighting?: ClassWeighting,
  ): Promise<ResidentExamples> {
    checkExamples(examples, `The examples for ${role}`);
    checkInputs(examples.x, this.network.inputShape);
    const engine = this.#engine as Engine;
    const count = countExamples(examples);
    const y = prepareAnswers(examples.y, settings.loss, this.network.outputShape);
    const weights = weightsOf(examples, weighting);
    const placed = await engine.reserve(role, count, examples.x, y, weights);
    fillRows(engine.device, placed.inputs, examples.x, 0, count);
    if (placed.answers !== undefined) fillRows(engine.device, placed.answers, y, 0, count);
    if (placed.weights !== undefined && weights !== undefined) {
      fillRows(engine.device, placed.weights, weights, 0, count);
    }
    return placed;
  }
}

/** How many examples are trained on, and how many held back. */
function splitOf(
  examples: Examples,
  { validationSplit = 0, validationData }: FitOptions,
): { count: number; held: number } {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new ConfigError({
      what: "The option validationSplit cannot be used.",
      expected: "a number from 0 up to but not including 1",
      received: String(validationSplit),
    });
  }
  checkExamples(examples, "The examples");
  const all = countExamples(examples);
  if (validationData !== undefined) return { count: all, held: 0 };
  const count = Math.floor(all * (1 - validationSplit));
  if (count >= 1) return { count, held: all - count };
  throw new DataError({
    what: "Nothing is left to train on.",
    expected: "at least one example beside those held back",
    received: `${all} examples, ${validationSplit} of them held back`,
  });
}

function historyOf(epochs: readonly EpochRecord[], stopped: string | undefined): History {
  const history: Record<string, number[]> = {};
  for (const { logs } of epochs) {
    for (const [name, value] of Object.entries(logs)) {
      history[name] = [...(history[name] ?? []), value];
    }
  }
  return { epochs, history, stopped };
}
