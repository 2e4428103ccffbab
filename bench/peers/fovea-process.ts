// Fovea in a process of its own, as its peers are, for what only a fresh process can tell: memory, and
// how long the first compilation takes. Arguments: target and threads.
//
//   train mnist 5      {"times": [...], "compile": ms}
//   compile resnet50   {"compile": ms}: to code that is ready to run, which is not run
//   memory             {"peak": MB, "base": MB}

import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { describeDevice, openDevice, type TargetName } from "../../src/machine/index.ts";
import { allocateStates } from "../../src/measure/states.ts";
import { prepareStep } from "../../src/measure/step.ts";
import { sparseCategoricalCrossentropy } from "../../src/nn/losses/sparse-categorical-crossentropy.ts";
import { adam } from "../../src/nn/optimizers/adam.ts";
import { headsOf } from "../../src/train/heads.ts";
import { trainProgram } from "../../src/train/programs/train.ts";
import { buildNetwork, buildResnet50, networkNames, networks } from "../networks.ts";
import { answerLines, peakMegabytes, timesOf } from "./lines.ts";

const [target, threads] = process.argv.slice(2);
const device = await openDevice({ target: target as TargetName, threads: Number(threads) });
const base = peakMegabytes();
const loss = sparseCategoricalCrossentropy({ fromLogits: true });

async function train(wanted: string, count: number): Promise<object> {
  const name = networkNames.find((known) => known === wanted);
  if (name === undefined) throw new Error(`no network "${wanted}"`);
  const { batch } = networks[name];
  const options = { network: buildNetwork(name), mode: "training", batch, loss } as const;
  const { inputsOf, executable, compileMilliseconds, close } = await prepareStep(device, options);
  let step = 0;
  const times = await timesOf(count, async () => {
    await executable.run([inputsOf(step++)]);
  });
  close();
  return { times, compile: compileMilliseconds };
}

/** The training step of a ResNet-50 at batch 32. */
async function compileLarge(): Promise<object> {
  const network = buildResnet50();
  const start = performance.now();
  const heads = headsOf(network, { loss });
  const graph = trainProgram({ heads, optimizer: adam() }).graph({
    network,
    seed: 0,
    batch: 32,
    inputs: [{ shape: [64, ...network.inputShape], dtype: "u8" }],
    targets: [{ shape: [64], dtype: "i32" }],
  });
  const program = compile(network.name, graph, device.machine, ops);
  const planned = performance.now();
  const states = await allocateStates(device, program);
  const filled = performance.now();
  // It is never run: what it would work on takes addresses, and no memory.
  const executable = await device.load(program, states);
  const milliseconds = performance.now() - filled + (planned - start);
  executable.dispose();
  return { compile: milliseconds };
}

await answerLines(`Fovea on ${describeDevice(device)}`, async ([command, name, count]) => {
  if (command === "memory") return { peak: peakMegabytes(), base };
  return command === "compile" ? compileLarge() : train(name, Number(count));
});
await device.close();
