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
import { architectureFrom, architectureNames } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, outputFields } from "../fields.ts";
import { formatConvolutions, formatProfile, formatSteps } from "../measurements.ts";
import { Output } from "../output.ts";

/** What a network is timed on: images as those of MNIST and its kin. */
const fit = { inputShape: [28, 28, 1], classes: 10 };
const repeats = 9;

export const bench = defineCommand({
  description:
    "Measures how fast this machine is: its peak, a convolution, and a network's training step and " +
    "inference, beside what a model of the machine predicts.",
  options: z.object({
    model: z.enum(architectureNames).default("mnist").meta({ description: "the architecture" }),
    batch: z.int().min(1).default(128).meta({ description: "images in one step" }),
    ...deviceFields,
    target: z
      .enum(["auto", ...measuredTargets])
      .default("auto")
      .meta({ description: "what computes" }),
    profile: z.boolean().default(false).meta({ description: "show the time of every kernel" }),
    ...outputFields,
  }),
  examples: [
    ["fovea bench", "the mnist network, on the fastest target that runs here"],
    ["fovea bench --model lenet --profile", "where the time of a step goes"],
    ["fovea bench --target wasm --threads 1", "another target, on one thread"],
  ],
  async run({ model, batch, target, threads, profile, json }) {
    const output = new Output({ json });
    requireRoom(architectureFrom(model, fit), batch);
    const device = await openDevice({ target, ...(threads === undefined ? {} : { threads }) });
    try {
      const peak = await measurePeak(device);
      output.result(`${describeDevice(device)}; peak ${peak.toFixed(1)} GFLOP/s a thread\n`);
      const convolutions = await measureConvolution(device, repeats);
      output.result(`${formatConvolutions(convolutions)}\n`);
      const steps: StepTime[] = [];
      for (const mode of modes) {
        const network = architectureFrom(model, fit);
        const options = { network, mode, batch, loss: sparseCategoricalCrossentropy() };
        steps.push(await measureStep(device, options, { peak, repeats, profile }));
      }
      output.result(`${model}, batch ${batch}\n${formatSteps(steps)}`);
      for (const { mode, milliseconds, stages } of steps) {
        if (stages === undefined) continue;
        output.result(`\n${mode}, kernel by kernel\n${formatProfile(stages, milliseconds)}`);
      }
      output.record({
        target: device.target,
        threads: device.threads,
        peak,
        convolutions,
        model,
        batch,
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
 * Refuses what cannot fit before a minute goes into compiling it: a step needs room for its images and for the
 * results of the largest layer at least.
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
    what: "The option --batch cannot be used.",
    expected: `fewer than ${most.toLocaleString("en-US")} images, for ${network.name}: a device has 4 GiB at most`,
    received: batch.toLocaleString("en-US"),
    fix: "measure a smaller batch, such as 128",
  });
}
