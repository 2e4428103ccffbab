// The half of a model that lasts: weights, settings and progress, on a device while it is at work there. It runs
// no examples.

import { ConfigError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Source } from "../data/source.ts";
import { type Precision, precisions } from "../kernel/schedules/schedule.ts";
import type { Device } from "../machine/device.ts";
import type { Network, SymbolicOutputs } from "../nn/network.ts";
import { optimizerOf } from "../nn/optimizers/index.ts";
import { type LearningRate, rateAt } from "../nn/optimizers/learning-rate.ts";
import { type Preprocess, preprocessOf } from "../nn/preprocess.ts";
import type { SymbolicTensor } from "../nn/symbolic.ts";
import { Architecture } from "./architecture.ts";
import { checkCompileOptions } from "./compile-options.ts";
import type { CompiledProgram } from "./compiled-program.ts";
import type { Engine } from "./engine.ts";
import { defaultSeed } from "./first-values.ts";
import { headsOf } from "./heads.ts";
import type { InputValues, ModelExamples } from "./model-examples.ts";
import { ModelMemory } from "./model-memory.ts";
import type { CompileOptions, ModelOptions } from "./model-options.ts";
import type { ModelSource } from "./model-source.ts";
import type { Pictures } from "./pictures.ts";
import type { ModelProgram } from "./programs/model-program.ts";
import { settingsOf, type TrainingSettings } from "./settings.ts";
import { type ModelState, type Progress, requireState, untrained } from "./state.ts";
import type { Shaped } from "./structure.ts";
import { Turns } from "./turns.ts";
import type { LoadedWeights, LoadWeightsOptions, SaveWeightsOptions } from "./weights-file.ts";

/** A model with values: what a callback is handed of the model at work. `O` is the form of its outputs. */
export abstract class StatefulModel<
  O extends SymbolicOutputs = SymbolicTensor,
> extends Architecture<O> {
  readonly seed: number;
  /** Whether algorithms are allowed that round more than plain sums do. */
  readonly precision: Precision;
  /** What is done to the numbers of each input before the first layer; undefined where nothing is. */
  readonly preprocess: readonly (Preprocess | undefined)[];
  #deviceChoice: Device | undefined;
  protected readonly memory: ModelMemory;
  protected engine: Engine | undefined;
  protected currentSettings: TrainingSettings | undefined;
  protected rateInUse: LearningRate = 0;
  protected currentProgress: Progress = untrained;
  protected readonly turns = new Turns();
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
    this.memory = new ModelMemory({ network, seed });
  }

  /** The device that it was given, or computes on; undefined before it has computed. */
  get device(): Device | undefined {
    return this.#deviceChoice;
  }

  /** The settings of `compile`. */
  get settings(): TrainingSettings | undefined {
    return this.currentSettings;
  }

  /** How far training has come. */
  get progress(): Progress {
    return this.currentProgress;
  }

  /** How far the optimizer's next step goes. Setting it ends a schedule. */
  get learningRate(): number {
    return rateAt(this.rateInUse, this.currentProgress.iterations);
  }

  /** The learning rate as it was given: a number or a schedule. */
  get rateSetting(): LearningRate {
    return this.rateInUse;
  }

  set rateSetting(rate: LearningRate) {
    this.rateInUse = rate;
  }

  set learningRate(value: number) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new ConfigError({
        what: "The learning rate cannot be used.",
        expected: "a finite number of at least 0",
        received: String(value),
      });
    }
    this.rateInUse = value;
  }

  /**
   * Settles how the model learns. The optimizer begins anew.
   *
   * @throws ConfigError where the optimizer or the loss is missing, or a name is unknown.
   * @example model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] })
   */
  compile(options: CompileOptions): this {
    this.turns.requireIdle("compile");
    checkCompileOptions(options);
    const heads = headsOf(this.network, options);
    this.currentSettings = settingsOf(optimizerOf(options.optimizer), heads);
    this.rateInUse = this.currentSettings.optimizer.learningRate;
    this.memory.forgetSlots();
    this.currentProgress = untrained;
    this.#retiring = this.engine?.clear();
    return this;
  }

  /** The mean loss and all metrics over examples, by name. */
  abstract evaluate(
    examples: ModelExamples | Source,
    options?: { readonly batchSize?: number },
  ): Promise<Record<string, number>>;

  /** The model's results for inputs `[N, …]`. */
  abstract predict(
    x: InputValues | Source | Pictures,
    options?: { readonly batchSize?: number },
  ): Promise<Shaped<O, Tensor<Float32Array>>>;

  /** The loss and all metrics of `examples`, taken as one step. */
  abstract testOnBatch(examples: ModelExamples): Promise<Record<string, number>>;

  /** The model's results for inputs `[N, …]`, taken as one step. */
  abstract predictOnBatch(x: InputValues): Promise<Shaped<O, Tensor<Float32Array>>>;

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
    return this.turns.take("compileProgram", async () => {
      const { CompiledProgram } = await import("./compiled-program.ts");
      const engine = await this.open();
      const compiled = await CompiledProgram.make(engine, this.memory, program, states, (run) =>
        this.turns.take("run", run),
      );
      this.#programs.add(compiled);
      return compiled;
    });
  }

  /** A copy of all weights, by name, such as `conv2d/kernel`. */
  getWeights(): Promise<Map<string, Tensor<Float32Array>>> {
    return this.memory.readWeights();
  }

  /**
   * Replaces all weights, for every model that shares them.
   *
   * @throws ShapeError where one is missing, unknown, or of another shape; nothing is replaced then.
   */
  async setWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    await this.memory.writeWeights(weights);
  }

  /**
   * Writes all weights, and nothing else: `.weights.h5` as Keras 3, `.h5` as Keras 2, `.safetensors`, also
   * with the names and the layout of PyTorch. The file is whole or not there at all.
   *
   * @throws FormatError where it cannot be written.
   * @example await model.saveWeights("model.weights.h5")
   * @example await model.saveWeights("model.safetensors", { names: "torch" })
   */
  async saveWeights(path: string, options: SaveWeightsOptions = {}): Promise<void> {
    const { writeWeights } = await import("./weights-file.ts");
    await writeWeights(path, this.network, await this.getWeights(), options);
  }

  /**
   * Replaces all weights by those of a file, given as a path, a URL, a Blob or bytes: one of `saveWeights`, a
   * whole model in `.keras`, `.h5`, `.safetensors` or `model.json`, or weights of PyTorch in `.pth`, `.pt` or
   * `.safetensors`. With `skipMismatch`, layers that do not fit keep theirs. Nothing in a file is executed.
   *
   * @returns The names of the weights that were skipped, and of those in the file that have no place.
   * @throws FormatError where it is damaged, or holds the weights of another model; nothing is replaced
   * then.
   * @example await model.loadWeights("pretrained.h5", { byName: true, skipMismatch: true })
   * @example await model.loadWeights("resnet18.pth", { names: "torch" })
   */
  async loadWeights(source: ModelSource, options: LoadWeightsOptions = {}): Promise<LoadedWeights> {
    const { readWeights } = await import("./weights-file.ts");
    const { weights, ...left } = await readWeights(source, this.network, options);
    await this.memory.writeSome(weights);
    return left;
  }

  /** A copy of weights, slots and progress. */
  async getState(): Promise<ModelState> {
    const progress = this.currentProgress;
    const [weights, slots] = await Promise.all([
      this.getWeights(),
      this.memory.readSlots(this.#slotNames),
    ]);
    return { weights, slots, progress };
  }

  /**
   * Takes over a state, as from a checkpoint.
   *
   * @throws ShapeError where it does not fit; nothing is taken over then.
   */
  async setState(state: ModelState): Promise<void> {
    this.turns.requireIdle("setState");
    requireState("setState", state);
    await this.takeOver(state);
  }

  protected async takeOver({ weights, slots, progress }: ModelState): Promise<void> {
    this.memory.checkSlots(this.#slotNames, slots);
    await this.memory.writeWeights(weights);
    await this.memory.writeSlots(slots, this.currentSettings?.optimizer);
    this.currentProgress = progress;
  }

  /** Milliseconds that compiling the last training step took. */
  get compileMilliseconds(): number | undefined {
    return this.engine?.compileMilliseconds.get("train");
  }

  /** Gives the model's memory back; weights stay readable. @throws ConfigError while it is busy. */
  async dispose(): Promise<void> {
    this.turns.requireIdle("dispose");
    for (const program of this.#programs) await program.dispose();
    this.#programs.clear();
    await this.engine?.clear();
    await this.memory.close(this.#slotNames);
    this.engine = undefined;
  }

  /** What the optimizer remembers of each weight. */
  get #slotNames(): readonly string[] {
    return this.currentSettings?.optimizer.slots ?? [];
  }

  protected requireSettings(method: string): TrainingSettings {
    if (this.currentSettings !== undefined) return this.currentSettings;
    throw new ConfigError({
      what: `The model was not compiled before ${method}.`,
      expected: "model.compile({ optimizer, loss })",
      received: "no settings",
    });
  }

  protected async open(): Promise<Engine> {
    await this.#retiring;
    if (this.engine !== undefined) return this.engine;
    // What shows, saves or loads a model needs neither.
    const { sharedDevice } = await import("../machine/open.ts");
    const { Engine } = await import("./engine.ts");
    const device = this.#deviceChoice ?? (await sharedDevice());
    await this.memory.open(device);
    this.#deviceChoice = device;
    this.engine = new Engine(device, this.network, this.memory, this);
    return this.engine;
  }
}

/** @throws ConfigError unless `model` is one; `call` is what was called. */
export function requireModel(call: string, model: unknown): void {
  if (model instanceof StatefulModel) return;
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
