// ONNX Runtime's side of the benchmark: `infer <network> <batch> <count>`. Arguments: its package, native or
// WebAssembly, the folder of the models, and the number of threads.

import { networkNames, networks } from "../networks.ts";
import { versionOf } from "./installed.ts";
import { answerLines, timesOf } from "./lines.ts";

/** What both packages have in common; their own types are there only where they are installed. */
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: {
    create(path: string, options: object): Promise<{ run(feeds: object): Promise<object> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

const [packageName, folder, threads] = process.argv.slice(2);
const { env, InferenceSession, Tensor } = (await import(packageName)) as OnnxRuntime;
// The native package has threads for each session, WebAssembly's for all of them.
env.wasm.numThreads = Number(threads);
let current: { readonly name: string; readonly step: () => Promise<void> } | undefined;

async function prepare(wanted: string, batch: number): Promise<() => Promise<void>> {
  const name = networkNames.find((known) => known === wanted);
  if (name === undefined) throw new Error(`no network "${wanted}"`);
  const session = await InferenceSession.create(`${folder}/${name}-${batch}.onnx`, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const { inputShape } = networks[name];
  const [height, width, channels] = inputShape;
  const shape = [batch, channels, height, width];
  const size = batch * channels * height * width;
  const x = new Tensor("float32", Float32Array.from({ length: size }, Math.random), shape);
  const step = async () => {
    await session.run({ x });
  };
  await timesOf(3, step);
  return step;
}

await answerLines(
  `ONNX Runtime ${versionOf(packageName, "ONNX Runtime")}`,
  async ([, network, batch, count]) => {
    const name = `${network} ${batch}`;
    if (current?.name !== name) current = { name, step: await prepare(network, Number(batch)) };
    return { times: await timesOf(Number(count), current.step) };
  },
);
