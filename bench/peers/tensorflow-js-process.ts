// TensorFlow.js's side of the benchmark: `train <network> <batch> <count>`, and `infer` for forward alone.
// Argument: the backend. The networks of ../networks.ts are translated application by application.

import { fileURLToPath } from "node:url";
import type { Network } from "../../src/nn/network.ts";
import type { SymbolicTensor, Unit } from "../../src/nn/symbolic.ts";
import { buildNetwork, networkNames } from "../networks.ts";
import { folderOf, versionOf } from "./installed.ts";
import { answerLines, timesOf } from "./lines.ts";

/** What is used of TensorFlow.js; its own types are there only where it is installed. */
interface Tensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}
interface Symbolic {
  readonly isSymbolic: true;
}
interface TfLayer {
  apply(x: Symbolic | readonly Symbolic[]): Symbolic;
}
interface TfModel {
  apply(x: Tensor, options: { readonly training: boolean }): Tensor;
  predict(x: Tensor, options: { readonly batchSize: number }): Tensor;
}
interface TensorFlow {
  readonly layers: Record<string, (options: object) => TfLayer>;
  readonly losses: { softmaxCrossEntropy(targets: Tensor, logits: Tensor): Tensor };
  readonly train: {
    adam(rate: number): { minimize(loss: () => Tensor, returnCost: true): Tensor };
  };
  input(options: { readonly shape: readonly number[] }): Symbolic;
  model(options: { readonly inputs: Symbolic; readonly outputs: Symbolic }): TfModel;
  randomUniform(shape: readonly number[]): Tensor;
  oneHot(values: readonly number[], depth: number): Tensor;
  tidy<T>(body: () => T): T;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

const [backend] = process.argv.slice(2);
const packageName: string = "@tensorflow/tfjs";
const wasmPackage: string = "@tensorflow/tfjs-backend-wasm";
console.log = console.error;
const loaded = await import(packageName);
const tf = (loaded.default ?? loaded) as TensorFlow;
if (backend === "wasm") {
  const { setWasmPaths } = await import(wasmPackage);
  setWasmPaths(fileURLToPath(new URL("dist/", folderOf(wasmPackage))));
}
await tf.setBackend(backend);
await tf.ready();

/** Pixels of zeros. */
type Sides = Readonly<Record<"top" | "bottom" | "left" | "right", number>>;

/** One layer of Fovea as one of TensorFlow.js: names and most options are the same. */
function applyLayer({ kind, options }: Unit, inputs: readonly Symbolic[]): Symbolic {
  const x = inputs.length === 1 ? inputs[0] : inputs;
  const { padding, ...rest } = options as { padding?: string | Sides };
  if (typeof padding !== "object") {
    const known = padding === undefined ? rest : { ...rest, padding };
    return tf.layers[kind](known).apply(x);
  }
  const { top, bottom, left, right } = padding;
  const zeros = [
    [top, bottom],
    [left, right],
  ];
  const padded = tf.layers.zeroPadding2d({ padding: zeros }).apply(x);
  return tf.layers[kind]({ ...rest, padding: "valid" }).apply(padded);
}

/** Every use of a layer in the order in which Fovea makes them: inputs come before users. */
function translate({ inputs, outputs, applications }: Network): TfModel {
  const values = new Map<SymbolicTensor, Symbolic>(
    inputs.map((tensor) => [tensor, tf.input({ shape: tensor.shape })]),
  );
  const translated = (tensor: SymbolicTensor) => values.get(tensor) as Symbolic;
  for (const { unit, inputs: from, outputs: to } of applications) {
    values.set(to[0], applyLayer(unit, from.map(translated)));
  }
  return tf.model({ inputs: translated(inputs[0]), outputs: translated(outputs[0]) });
}

function prepare(command: string, wanted: string, batch: number): () => Promise<void> {
  const name = networkNames.find((known) => known === wanted);
  if (name === undefined) throw new Error(`no network "${wanted}"`);
  const network = buildNetwork(name);
  const model = translate(network);
  const x = tf.randomUniform([batch, ...network.inputShape]);
  const [depth] = network.outputShape;
  const classes = Array.from({ length: batch }, (_, i) => i % depth);
  const targets = tf.oneHot(classes, depth);
  const optimizer = tf.train.adam(1e-3);
  const train = () =>
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(targets, model.apply(x, { training: true })),
      true,
    );
  const infer = () => model.predict(x, { batchSize: batch });
  return async () => {
    const result = tf.tidy(command === "train" ? train : infer);
    await result.data();
    result.dispose();
  };
}

let current: { readonly key: string; readonly step: () => Promise<void> } | undefined;

await answerLines(
  `TensorFlow.js ${versionOf(packageName, "TensorFlow.js")}`,
  async ([command, name, batch, count]) => {
    const key = `${command} ${name} ${batch}`;
    if (current?.key !== key) {
      current = { key, step: prepare(command, name, Number(batch)) };
      // The CPU backend is not run twice for the sake of one number.
      if (backend === "wasm") await timesOf(3, current.step);
    }
    return { times: await timesOf(Number(count), current.step) };
  },
);
