// Functions on pictures against OpenCV, Pillow and torchvision: opencv/make_functions.py. Without a tolerance the
// bytes are equal.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeImage, images, type Tensor, tensor } from "../../src/index.ts";

interface Golden {
  readonly function: string;
  readonly peer: string;
  readonly grey: boolean;
  readonly floats: boolean;
  readonly tolerance: number;
  readonly options: object;
  readonly shape: readonly number[];
  readonly data: string;
}

const read = (name: string) => readFileSync(new URL(`opencv/${name}`, import.meta.url));
const goldens: readonly Golden[] = JSON.parse(read("functions.json").toString());
const rgb = await decodeImage(read("scene.png"));
const grey = await decodeImage(read("scene.png"), { channels: 1 });

type ImageFunction = (image: Tensor, options?: object) => Tensor;
const functions = images as unknown as Readonly<Record<string, ImageFunction>>;

test.each(
  goldens.map((one) => [one.function, JSON.stringify(one.options), one.peer, one] as const),
)("%s %s as in %s", (name, _, __, golden) => {
  const bytes = Buffer.from(golden.data, "base64");
  const wanted = golden.floats ? new Float32Array(Uint8Array.from(bytes).buffer) : bytes;
  const image = golden.grey ? grey : rgb;
  const input = golden.floats ? tensor(Float32Array.from(image.data), image.shape) : image;
  const hasOptions = Object.keys(golden.options).length > 0;
  const { data, shape } = hasOptions
    ? functions[name](input, golden.options)
    : functions[name](input);
  expect(shape).toEqual(golden.shape);
  const far = Array.from(data).reduce((most, x, i) => Math.max(most, Math.abs(x - wanted[i])), 0);
  expect(far).toBeLessThanOrEqual(golden.tolerance);
});
