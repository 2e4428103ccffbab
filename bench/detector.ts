// A detector with ResNet-18's blocks, as `peers/pytorch.py` has it: strides 8, 16 and 32, twenty classes.

import type { DeviceView } from "../src/machine/device.ts";
import { detection } from "../src/nn/losses/detection.ts";
import { detectionHead } from "../src/vision/detection/detection-network.ts";
import { levelsOf } from "../src/vision/detection/detector-shape.ts";
import { writeTargets } from "../src/vision/detection/targets.ts";
import type { BenchNetwork } from "./bench-network.ts";
import { basicBlock, chain, normalized, relu } from "./blocks.ts";

const side = 256;
const classes = 20;
const strides = [8, 16, 32];
const levels = levelsOf([side, side], strides);
const points = levels.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
const shape = { height: side, width: side, channels: 3, levels, points, classes };

/** Eight objects of several sizes in each image. */
function fillTargets(values: DeviceView): void {
  const size = points * (4 + classes);
  const one = new Float32Array(size);
  const objects = Array.from({ length: 8 }, (_, i) => {
    const [left, top, length] = [(i % 4) * 60, Math.floor(i / 4) * 100, 20 + 22 * i];
    return [left, top, left + length, top + length];
  });
  writeTargets({ boxes: objects.flat(), classes: objects.map((_, i) => i) }, shape, one);
  for (let at = 0; at < values.length; at += size) values.set(one, at);
}

/** Source: He et al., CVPR 2016; Lin et al., CVPR 2017; Tian et al., ICCV 2019. */
export const detector: BenchNetwork = {
  inputShape: [side, side, 3],
  batches: { training: [8], inference: [] },
  parameters: 11_509_208,
  build(images) {
    let x = chain(images, [...normalized(64, 3, { strides: 2 }), relu()]);
    const maps = [64, 128, 256, 512].map((filters, stage) => {
      x = basicBlock(basicBlock(x, filters, 2), filters);
      return { stride: 4 * 2 ** stage, features: x };
    });
    return detectionHead(maps.slice(1), strides, { classes, width: 64, depth: 2 });
  },
  training: { loss: detection(), fillTargets },
};
