// Every kernel of a step can be run alone, whatever it keeps for itself.

import { expect, test } from "vitest";
import { openDevice } from "../../src/machine/index.ts";
import { profile } from "../../src/measure/profile.ts";
import { prepareStep } from "../../src/measure/step.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sparseCategoricalCrossentropy } from "../../src/nn/losses/sparse-categorical-crossentropy.ts";
import { Network } from "../../src/nn/network.ts";

/** Winograd's convolution and its gradients, whose tasks work in workspaces. */
function network(): Network {
  const images = input({ shape: [12, 12, 32] });
  const convolution = layers.conv2d({ filters: 32, kernelSize: 3, padding: "same" });
  const classes = layers.dense({ units: 3 });
  const again = layers.conv2d({ filters: 32, kernelSize: 3, padding: "same" });
  const flat = layers.flatten().apply(again.apply(convolution.apply(images)));
  return new Network({ name: "small", inputs: images, outputs: classes.apply(flat) });
}

test.each(["wasm", "auto"] as const)(
  "a profile on %s times every stage and kernel of a step",
  async (target) => {
    const device = await openDevice({ target, threads: 2 });
    const loss = sparseCategoricalCrossentropy({ fromLogits: true });
    const options = { network: network(), mode: "training", batch: 4, loss } as const;
    const { program, states, inputsOf, close } = await prepareStep(device, options);
    expect(program.workspaceBytes).toBeGreaterThan(0);
    const stages = await profile(device, program, { states, inputsOf, peak: 50 });
    expect(stages.map(({ kernels }) => kernels.length)).toEqual(
      program.stages.map((stage) => stage.length),
    );
    for (const { kernels, milliseconds } of stages) {
      expect(milliseconds).toBeGreaterThan(0);
      for (const kernel of kernels) expect(kernel.milliseconds).toBeGreaterThan(0);
    }
    close();
    await device.close();
  },
);
