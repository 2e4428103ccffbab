// Steps of style transfer beside PyTorch's, in turns: the loss of Gatys et al. with its gradient, on the layers of
// VGG-19, by L-BFGS.

import { RandomStream } from "../src/core/random.ts";
import type { Tensor } from "../src/core/tensor.ts";
import type { Device } from "../src/machine/device.ts";
import { median } from "../src/measure/timing.ts";
import { lbfgs } from "../src/vision/style/lbfgs.ts";
import type { Objective } from "../src/vision/style/minimizer.ts";
import { styleLoss } from "../src/vision/style/style-loss.ts";
import { zoo } from "../src/zoo/index.ts";
import type { Child } from "./peers/child.ts";
import { firstLine } from "./peers/peer.ts";
import { startTorchvision } from "./peers/torchvision.ts";

/** What one loss with its gradient takes, the optimizer's work included. */
export interface StyleTimes {
  /** Height and width of the picture. */
  readonly size: number;
  readonly milliseconds: number;
  /** PyTorch's; undefined where torchvision is not installed. */
  readonly peer?: number;
  readonly version?: string;
  /** The memory layout in which PyTorch was faster. */
  readonly layout?: string;
}

const size = 256;
const shape = [size, size, 3];

function noise(seed: number): Tensor<Uint8Array> {
  const stream = new RandomStream(seed);
  return { data: Uint8Array.from({ length: size * size * 3 }, () => stream.below(256)), shape };
}

interface StyleOptions {
  readonly device: Device;
  readonly repeats: number;
  readonly python?: string;
}

/** Times `steps` steps on both sides, in `repeats` rounds. */
export async function timeStyle(
  steps: number,
  { device, repeats, python }: StyleOptions,
  say: (text: string) => void,
): Promise<StyleTimes> {
  const peer = await startPeer(device.threads, python, say);
  const model = await zoo.load("vgg-19", { includeTop: false, device });
  const loss = await styleLoss(model, { content: noise(1), style: noise(2) });
  let evaluations = 0;
  const objective: Objective = async (x) => {
    evaluations++;
    const value = await loss.evaluate({ data: x as Float32Array, shape });
    return { loss: value.loss, gradient: value.gradient.data };
  };
  const start = Float32Array.from(noise(3).data);
  const turn = async (count: number) => {
    evaluations = 0;
    const begin = performance.now();
    let left = count;
    const exact = { gradientTolerance: 0, changeTolerance: 0 };
    for await (const _ of lbfgs(objective, start, { firstStep: start.length, ...exact })) {
      if (--left === 0) break;
    }
    return (performance.now() - begin) / evaluations;
  };
  await turn(1);
  const own: number[] = [];
  const others: number[] = [];
  let layout: string | undefined;
  for (let round = 0; round < repeats; round++) {
    own.push(await turn(steps));
    if (peer === undefined) continue;
    const answer = await peer.ask<{ milliseconds: number; layout: string }>(
      `style ${size} ${steps}`,
    );
    others.push(answer.milliseconds);
    layout = answer.layout;
  }
  await model.dispose();
  await peer?.close();
  return {
    size,
    milliseconds: median(own),
    ...(peer && { peer: median(others), version: peer.version }),
    ...(layout !== undefined && { layout }),
  };
}

async function startPeer(
  threads: number,
  python: string | undefined,
  say: (text: string) => void,
): Promise<Child | undefined> {
  try {
    return await startTorchvision("style", ["--threads", String(threads)], python);
  } catch (error) {
    say(firstLine((error as Error).message));
    return undefined;
  }
}
