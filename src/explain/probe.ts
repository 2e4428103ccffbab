// What explanations ask of a model: its scores, and gradients of a score at any layer and at the input. Each
// kind of question is one program over the model's own weights, compiled once and kept with the model.

import { ConfigError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type GradientRule, gradients } from "../graph/autodiff.ts";
import type { Builder } from "../graph/builder.ts";
import type { Node } from "../graph/op.ts";
import type { CompiledProgram } from "../train/compiled-program.ts";
import type { Model } from "../train/model.ts";
import type { AppliedModel, ModelParts } from "../train/programs/model-program.ts";

/** Which number of a class is explained: before the last softmax or sigmoid, or after it. */
export type ScoreKind = "logit" | "probability";

/** A question about gradients. */
export interface GradientQuestion {
  readonly of: ScoreKind;
  /** Rules that replace those of ops; `name` tells them apart from others. */
  readonly rules?: {
    readonly name: string;
    readonly table: Readonly<Record<string, GradientRule>>;
  };
}

/** The result of a layer and the gradient of a score there, `[B, …]`. */
export interface LayerGradient {
  readonly value: Values;
  readonly gradient: Values;
}

export type Values = Tensor<Float32Array>;

/** Examples that a program takes at once. */
const mostAtOnce = 16;

const probes = new WeakMap<Model, Probe>();

/** The probe of a model: the same one each time. */
export function probeOf(model: Model): Probe {
  const known = probes.get(model);
  if (known !== undefined) return known;
  const probe = new Probe(model);
  probes.set(model, probe);
  return probe;
}

/** The value before a last softmax or sigmoid, which a class's score is read from. */
function logitsOf(output: Node): Node {
  return ["softmax", "sigmoid"].includes(output.op.name) ? output.inputs[0] : output;
}

/** The output, or what is before its last softmax or sigmoid. */
export const scored = (output: Node, of: ScoreKind) => (of === "logit" ? logitsOf(output) : output);

/** `[B]`: what `target` weighs of `output`, summed for each example. */
export function weighed(build: Builder, output: Node, target: Node): Node {
  const axes = output.shape.map((_, i) => i).slice(1);
  return build.sum(build.multiply(output, target), { axes });
}

/** A model that is asked. */
export class Probe {
  readonly model: Model;
  readonly #programs = new Map<string, Promise<CompiledProgram>>();

  /** @throws ConfigError where the model has several inputs. */
  constructor(model: Model) {
    const { inputs, name } = model.network;
    if (inputs.length !== 1) {
      throw new ConfigError({
        what: `The model "${name}" cannot be explained.`,
        expected: "a model with one input",
        received: `${inputs.length} inputs`,
      });
    }
    this.model = model;
  }

  /** `[H, W, C]` as the first layer sees it. */
  get inputShape(): readonly number[] {
    return this.model.network.inputShape;
  }

  /** The shape of what is scored, without N. */
  get outputShape(): readonly number[] {
    return this.model.network.outputShape;
  }

  /** The examples `[N, …]` as the first layer sees them: what the model's `preprocess` makes of them. */
  async prepare(x: Tensor): Promise<Values> {
    const [count, ...rest] = x.shape;
    const isBytes = x.data instanceof Uint8Array || x.data instanceof Uint8ClampedArray;
    const dtype = isBytes ? "u8" : "f32";
    const program = await this.program(`prepare ${dtype} ${rest}`, 1, ({ build, preprocess }) => {
      const image = build.input("image", { shape: [1, ...rest], dtype });
      return { x: preprocess(image) };
    });
    const each = sizeOf(rest);
    const values = isBytes ? Uint8Array.from(x.data) : Float32Array.from(x.data);
    const parts = await inBatches(count, 1, async (first) => {
      const data = values.slice(first * each, (first + 1) * each);
      return (await program.run({ image: { data, shape: [1, ...rest] } })).x as Values;
    });
    return joined(parts);
  }

  /** What the model gives for prepared examples `[N, …]`, before its last softmax or sigmoid and after it: `[N, …]`. */
  async outputs(x: Values): Promise<Record<ScoreKind, Values>> {
    const parts = await this.#batches(x, async (image, batch) => {
      const program = await this.program("outputs", batch, (model) => {
        const [output] = model.apply(imageInput(model, batch, this.inputShape)).outputs;
        return { logit: scored(output, "logit"), probability: scored(output, "probability") };
      });
      return (await program.run({ image })) as Record<ScoreKind, Values>;
    });
    const all = (kind: ScoreKind) => joined(parts.map((part) => part[kind]));
    return { logit: all("logit"), probability: all("probability") };
  }

  /** The scores `[N]` of prepared examples for a target `[1, …]` or `[N, …]` like the outputs. */
  async scores(x: Values, target: Values, of: ScoreKind): Promise<Float32Array> {
    return scoresOf((await this.outputs(x))[of], target);
  }

  /** The results of layers and the gradients of each example's score there; `target` is `[1, …]` for all, or `[N, …]`. */
  async gradients(
    x: Values,
    target: Values,
    at: readonly string[],
    question: GradientQuestion,
  ): Promise<ReadonlyMap<string, LayerGradient>> {
    const nodesOf = (applied: AppliedModel) => at.map((layer) => applied.activation(layer));
    const found = await this.#slopes(x, target, question, JSON.stringify(at), nodesOf);
    return new Map(at.map((layer, i) => [layer, found[i]]));
  }

  /** The gradients of each example's score at the input, `[N, H, W, C]`; `target` is `[1, …]` for all, or `[N, …]`. */
  async inputGradients(x: Values, target: Values, question: GradientQuestion): Promise<Values> {
    const [{ gradient }] = await this.#slopes(x, target, question, "input", (_, image) => [image]);
    return gradient;
  }

  /** The values of nodes and the gradients of each example's score there. Only what lies behind the nodes is walked back. */
  async #slopes(
    x: Values,
    target: Values,
    { of, rules }: GradientQuestion,
    where: string,
    nodesOf: (applied: AppliedModel, image: Node) => readonly Node[],
  ): Promise<readonly LayerGradient[]> {
    const program = (batch: number) =>
      this.program(`gradients ${of} ${rules?.name ?? "plain"} ${where}`, batch, (parts) => {
        const { build } = parts;
        const image = imageInput(parts, batch, this.inputShape);
        const weights = build.input("target", {
          shape: [batch, ...this.outputShape],
          dtype: "f32",
        });
        const applied = parts.apply(image);
        const score = build.sum(weighed(build, scored(applied.outputs[0], of), weights));
        const values = nodesOf(applied, image);
        const slopes = gradients(score, values, build, rules?.table);
        const named = (prefix: string, nodes: readonly Node[]) =>
          nodes.map((node, i) => [`${prefix}${i}`, node] as const);
        return Object.fromEntries([...named("value", values), ...named("gradient", slopes)]);
      });
    const each = sizeOf(this.outputShape);
    const answers = await this.#batches(x, async (image, batch, first) => {
      const whole = new Float32Array(batch * each);
      for (let n = 0; n < batch; n++) {
        const from = target.shape[0] === 1 ? 0 : Math.min(first + n, target.shape[0] - 1);
        whole.set(target.data.subarray(from * each, (from + 1) * each), n * each);
      }
      const targets = { data: whole, shape: [batch, ...this.outputShape] };
      const results = await (await program(batch)).run({ image, target: targets });
      return results as Record<string, Values>;
    });
    const all = (name: string) => joined(answers.map((answer) => answer[name]));
    const count = Object.keys(answers[0]).length / 2;
    return Array.from({ length: count }, (_, i) => ({
      value: all(`value${i}`),
      gradient: all(`gradient${i}`),
    }));
  }

  /** The scores `[B]` where the channels of a layer's result are multiplied by `scale [B, K]`. */
  async scoresWithChannels(
    x: Values,
    layer: string,
    scale: Values,
    target: Values,
    of: ScoreKind,
  ): Promise<Float32Array> {
    const [total, count] = scale.shape;
    const program = (batch: number) =>
      this.program(`channels ${of} ${layer}`, batch, (parts) => {
        const { build } = parts;
        const image = imageInput(parts, 1, this.inputShape);
        const many = build.broadcastTo(image, [batch, ...this.inputShape]);
        const given = build.input("scale", { shape: [batch, count], dtype: "f32" });
        const perChannel = build.reshape(given, [batch, 1, 1, count]);
        const change = (result: Node) => build.multiply(result, perChannel);
        const wanted = build.input("target", { shape: [1, ...this.outputShape], dtype: "f32" });
        const [output] = parts.apply(many, { substitutes: { [layer]: change } }).outputs;
        return { scores: weighed(build, scored(output, of), wanted) };
      });
    const parts = await inBatches(total, mostAtOnce, async (first, batch) => {
      const data = scale.data.slice(first * count, (first + batch) * count);
      const given = { image: x, scale: { data, shape: [batch, count] }, target };
      return (await (await program(batch)).run(given)).scores as Values;
    });
    return joined(parts).data;
  }

  /** Runs `ask` for as many examples at once as a program takes. */
  #batches<T>(
    x: Values,
    ask: (image: Values, batch: number, first: number) => Promise<T>,
  ): Promise<T[]> {
    const each = sizeOf(this.inputShape);
    return inBatches(x.shape[0], mostAtOnce, (first, batch) => {
      const data = x.data.slice(first * each, (first + batch) * each);
      return ask({ data, shape: [batch, ...this.inputShape] }, batch, first);
    });
  }

  /** The program for a kind of question and a batch, compiled the first time. */
  async program(
    question: string,
    batch: number,
    graph: (parts: ModelParts) => Readonly<Record<string, Node>>,
  ): Promise<CompiledProgram> {
    const key = `${question} ${batch}`;
    const known = await this.#programs.get(key);
    if (known !== undefined && !known.isDisposed) return known;
    const compiled = this.model.compileProgram({
      name: `explain: ${question}`,
      graph: (parts) => ({ outputs: graph(parts), updates: [] }),
    });
    this.#programs.set(key, compiled);
    // What could not be compiled is tried again next time.
    compiled.catch(() => this.#programs.delete(key));
    return compiled;
  }
}

/** The input of programs: prepared pictures. */
export function imageInput({ build }: ModelParts, batch: number, shape: readonly number[]): Node {
  return build.input("image", { shape: [batch, ...shape], dtype: "f32" });
}

/** The scores `[N]` of outputs `[N, …]`: what a target `[1, …]` or `[N, …]` weighs of them. */
export function scoresOf({ data, shape: [count] }: Values, target: Values): Float32Array {
  const each = data.length / count;
  return Float32Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let i = 0; i < each; i++) {
      sum += data[n * each + i] * target.data[(n * each + i) % target.data.length];
    }
    return sum;
  });
}

/** `ask` for examples `first` and on, `batch` at a time; the last time as many as are left. */
async function inBatches<T>(
  count: number,
  most: number,
  ask: (first: number, batch: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let first = 0; first < count; first += most) {
    results.push(await ask(first, Math.min(most, count - first)));
  }
  return results;
}

/** Batches one after another. */
export function joined(parts: readonly Values[]): Values {
  if (parts.length === 1) return parts[0];
  const [{ shape }] = parts;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let place = 0;
  for (const part of parts) {
    data.set(part.data, place);
    place += part.data.length;
  }
  return { data, shape: [parts.reduce((sum, part) => sum + part.shape[0], 0), ...shape.slice(1)] };
}
