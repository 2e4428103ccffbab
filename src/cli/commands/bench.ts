// `fovea bench`: how fast this machine trains a network and uses it.

import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { measureConvolution } from "../../measure/convolution.ts";
import { measureStep, type StepTime } from "../../measure/measure-step.ts";
import { measurePeak } from "../../measure/peak.ts";
import { modes } from "../../measure/step.ts";
import { measuredTargets } from "../../measure/targets.ts";
import { sparseCategoricalCrossentropy } from "../../nn/losses/sparse-categorical-crossentropy.ts";
import type { Network } from "../../nn/network.ts";
import { zoo } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { batchSizeField, deviceFields, networkField, outputFields } from "../fields.ts";
import { formatConvolutions, formatProfile, formatSteps } from "../measurements.ts";
import { Output } from "../output.ts";

const repeats = 9;

export const bench = defineCommand({
  description:
    "Measures how fast this machine is: its peak, a convolution, and one step of training and inference, " +
    "beside the times that Fovea's cost model predicts.",
  options: z.object({
    network: networkField.meta({ ...networkField.meta(), shownDefault: "mnist" }),
    batchSize: batchSizeField,
    ...deviceFields,
    target: z
      .enum(["auto", ...measuredTargets])
      .default("auto")
      .meta({ description: "What computes; auto takes the fastest." }),
    profile: z.boolean().default(false).meta({ description: "Show the time of every kernel." }),
    ...outputFields,
  }),
  examples: [
    ["fovea bench", "The mnist network, on the fastest target of this machine."],
    ["fovea bench --network lenet-5 --profile", "Where the time of a step goes."],
    ["fovea bench --target wasm --threads 1", "Another target, on one thread."],
  ],
  async run({ network: name, batchSize: batch, target, threads, profile, json }) {
    const output = new Output({ json });
    requireRoom(await zoo.build(name), batch);
    const device = await openDevice({ target, ...(threads === undefined ? {} : { threads }) });
    try {
      const peak = await measurePeak(device);
      output.result(`${describeDevice(device)}; peak ${peak.toFixed(1)} GFLOP/s per thread\n`);
      const convolutions = await measureConvolution(device, repeats);
      output.result(`${formatConvolutions(convolutions)}\n`);
      const steps: StepTime[] = [];
      for (const mode of modes) {
        const network = await zoo.build(name);
        const options = { network, mode, batch, loss: sparseCategoricalCrossentropy() };
        steps.push(await measureStep(device, options, { peak, repeats, profile }));
      }
      output.result(`${name}, batch size ${batch}\n${formatSteps(steps)}`);
      for (const { mode, milliseconds, stages } of steps) {
        if (stages === undefined) continue;
        output.result(`\n${mode}, kernel by kernel\n${formatProfile(stages, milliseconds)}`);
      }
      output.record({
        target: device.target,
        threads: device.threads,
        peak,
        convolutions,
        network: name,
        batchSize: batch,
        steps,
      });
    } finally {
      await device.close();
    }
    return exitCodes.done.code;
  },
});

/** Bytes that a device can address: 32 bits. */
const mostBytes = 2 ** 32;

/**
 * Refuses what cannot fit before a minute goes into compiling it: a step needs memory for its images and for
 * the values of the largest layer at least.
 *
 * @throws ConfigError where that is more than a device can have.
 */
function requireRoom(network: Network, batch: number): void {
  const results = network.layers.flatMap(({ applications }) =>
    applications.flatMap(({ outputs }) => outputs.map(({ shape }) => sizeOf(shape))),
  );
  const bytes = 4 * (sizeOf(network.inputShape) + Math.max(...results));
  const most = Math.floor(mostBytes / bytes);
  if (batch <= most) return;
  throw new ConfigError({
    what: "The option --batch-size cannot be used.",
    expected: `at most ${most.toLocaleString("en-US")} images for ${network.name}: a device has up to 4 GiB of memory`,
    received: batch.toLocaleString("en-US"),
    fix: "choose a smaller batch size, such as 128",
  });
}
