// Fovea in a process of its own, as its peers are, for what only a fresh process can tell: memory, and
// how long the first compilation takes. Arguments: target and threads.
//
//   train mnist 128 5   {"times": [...], "compile": ms}, for 5 steps of 128 images
//   memory              {"peak": MB, "base": MB}

import { describeDevice, openDevice, type TargetName } from "../../src/machine/index.ts";
import { prepareStep } from "../../src/measure/step.ts";
import { buildNetwork, networkNames, trainingOf } from "../networks.ts";
import { answerLines, peakMegabytes, timesOf } from "./lines.ts";

const [target, threads] = process.argv.slice(2);
const device = await openDevice({ target: target as TargetName, threads: Number(threads) });
const base = peakMegabytes();

async function train(wanted: string, batch: number, count: number): Promise<object> {
  const name = networkNames.find((known) => known === wanted);
  if (name === undefined) throw new Error(`no network "${wanted}"`);
  const network = buildNetwork(name);
  const options = { network, mode: "training", batch, ...trainingOf(name) } as const;
  const { inputsOf, executable, compileMilliseconds, close } = await prepareStep(device, options);
  let step = 0;
  const times = await timesOf(count, async () => {
    await executable.run([inputsOf(step++)]);
  });
  close();
  return { times, compile: compileMilliseconds };
}

await answerLines(`Fovea on ${describeDevice(device)}`, async ([command, name, batch, count]) =>
  command === "memory"
    ? { peak: peakMegabytes(), base }
    : train(name, Number(batch), Number(count)),
);
await device.close();
