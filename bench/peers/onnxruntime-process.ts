// ONNX Runtime's side of the benchmark: `infer <network> <batch> <count>`. Arguments: the folder of the models,
// and the number of threads.

import { networkNames, networks } from "../networks.ts";
import { versionOf } from "./installed.ts";
import { answerLines, timesOf } from "./lines.ts";

/** What is used of onnxruntime-node; its own types are there only where it is installed. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: object): Promise<{ run(feeds: object): Promise<object> }>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

const [folder, threads] = process.argv.slice(2);
const packageName: string = "onnxruntime-node";
const { InferenceSession, Tensor } = (await import(packageName)) as OnnxRuntime;
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
