// TensorFlow.js itself, from bench/ (`npm ci --prefix bench --ignore-scripts` gets it), with folders as
// what it loads from and saves to.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Tensor } from "../../../src/core/tensor.ts";

/** What is used of it; its own types are there only where it is installed. */
export interface TfTensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
}
export interface Symbolic {
  readonly isSymbolic: true;
}
export interface TfLayer {
  apply(x: Symbolic | readonly Symbolic[]): Symbolic;
}
export interface TfModel extends TfLayer {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly weights: readonly { readonly originalName: string; readonly shape: readonly number[] }[];
  setWeights(values: readonly TfTensor[]): void;
  predict(x: TfTensor | readonly TfTensor[]): TfTensor | readonly TfTensor[];
  compile(options: object): void;
  fit(x: TfTensor, y: TfTensor, options: object): Promise<unknown>;
  save(handler: unknown, options?: object): Promise<unknown>;
}
interface Artifacts {
  readonly weightData: ArrayBuffer;
  readonly weightSpecs: readonly object[];
}
interface TensorFlow {
  readonly version: { readonly tfjs: string };
  readonly layers: Record<string, (options: object) => TfLayer>;
  readonly io: {
    withSaveHandler(save: (artifacts: Artifacts) => Promise<object>): unknown;
    getModelArtifactsForJSON(
      model: object,
      weights: (manifest: readonly Manifest[]) => Promise<[object[], ArrayBuffer]>,
    ): Promise<object>;
  };
  sequential(options?: object): TfModel;
  model(options: object): TfModel;
  input(options: object): Symbolic;
  tensor(data: ArrayLike<number>, shape: readonly number[]): TfTensor;
  oneHot(values: ArrayLike<number>, depth: number): TfTensor;
  setBackend(name: string): Promise<boolean>;
  loadLayersModel(handler: object): Promise<TfModel>;
  disposeVariables(): void;
}
interface Manifest {
  readonly paths: readonly string[];
  readonly weights: readonly object[];
}

const require = createRequire(new URL("../../../bench/package.json", import.meta.url));

/** TensorFlow.js on its plainest backend. */
export async function openTensorFlow(): Promise<TensorFlow> {
  console.warn = () => {};
  const tf = require("@tensorflow/tfjs") as TensorFlow;
  await tf.setBackend("cpu");
  return tf;
}

export const toTf = (tf: TensorFlow, { data, shape }: Tensor) => tf.tensor([...data], shape);

/** What a model gives for `inputs`, output by output. */
export function predict(
  tf: TensorFlow,
  model: TfModel,
  inputs: readonly Tensor[],
): readonly Float32Array[] {
  const x = inputs.map((input) => toTf(tf, input));
  const found = model.predict(x.length === 1 ? x[0] : x);
  return (Array.isArray(found) ? found : [found]).map((one: TfTensor) => one.dataSync());
}

/** The model of a folder, as `tf.loadLayersModel` makes it of an address. */
export function loadFolder(tf: TensorFlow, folder: string): Promise<TfModel> {
  const load = async () => {
    const description = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as object;
    return tf.io.getModelArtifactsForJSON(description, async (manifest) => {
      const shards = manifest.flatMap(({ paths }) => paths.map((name) => join(folder, name)));
      const bytes = Buffer.concat(shards.map((path) => readFileSync(path)));
      const weights = manifest.flatMap((group) => group.weights);
      return [weights, Uint8Array.from(bytes).buffer];
    });
  };
  return tf.loadLayersModel({ load });
}

/** Saves `model` as TensorFlow.js for Node does. */
export async function saveFolder(
  tf: TensorFlow,
  model: TfModel,
  folder: string,
  options: object = {},
): Promise<void> {
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    const { weightData, weightSpecs, ...rest } = artifacts;
    const description = {
      ...rest,
      weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "model.json"), `${JSON.stringify(description)}\n`);
    writeFileSync(join(folder, "weights.bin"), Buffer.from(weightData));
    return {};
  });
  await model.save(handler, options);
}
