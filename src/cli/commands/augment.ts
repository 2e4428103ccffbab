// `fovea augment`: what a policy makes of one picture, on a contact sheet.

import { extname } from "node:path";
import { z } from "zod";
import { augmenter } from "../../augment/augmenter.ts";
import { policy, policyNames } from "../../augment/policies.ts";
import { ConfigError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { contactSheet } from "../../images/contact-sheet.ts";
import { readImage } from "../../images/decode.ts";
import { encodeImage } from "../../images/encode.ts";
import { byteOf } from "../../images/image-batch.ts";
import { openDevice } from "../../machine/open.ts";
import { writeFileAtomically } from "../../platform/files.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, outputFields } from "../fields.ts";
import { Output } from "../output.ts";
import { requireWritable } from "../writable.ts";

/** The formats that a sheet can have, by extension. */
const formats = { ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp" } as const;

export const augment = defineCommand({
  description: "Draws a sheet of examples of what augmentation does to a picture.",
  argument: "picture",
  options: z.object({
    picture: z.string().min(1).meta({ value: "path", description: "A picture file or URL." }),
    augment: z
      .enum(policyNames)
      .default("standard")
      .meta({ description: "The augmentation policy." }),
    count: z.int().min(1).max(1000).default(15).meta({ description: "How many examples." }),
    size: z.int().min(8).max(1024).default(160).meta({
      value: "pixels",
      description: "Height and width of each example; the picture is cropped to fit.",
    }),
    flip: z.enum(["yes", "no"]).default("yes").meta({
      description: "Whether pictures are flipped left to right; not for digits and letters.",
    }),
    seed: z.int().default(0).meta({ description: "The seed of all random numbers." }),
    out: z
      .string()
      .min(1)
      .default("sheet.png")
      .meta({ value: "path", description: "Where to write the sheet (.png, .jpg or .webp)." }),
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    ["fovea augment cat.jpg", "The policy of fovea train for photographs."],
    ["fovea augment cat.jpg --augment strong --out strong.png", "Stronger changes."],
  ],
  async run(options) {
    const output = new Output(options);
    const { picture, count, size, seed, out, target, threads } = options;
    const extension = extname(out).toLowerCase();
    if (!isFormat(extension)) throw wrongExtension(out);
    await requireWritable(out);
    const original = await readImage(picture, { size: [size, size], resize: "cover" });
    const device = await openDevice({ target, ...(threads && { threads }) });
    const layers = policy(options.augment, { flip: options.flip === "yes" });
    const engine = augmenter(layers, { seed, device });
    try {
      const { images } = await engine.apply({ images: repeated(original, count) });
      const bytes = Uint8Array.from(images.data, byteOf);
      const pictures = [original, { data: bytes, shape: images.shape }];
      const labels = ["original", ...Array.from({ length: count }, (_, i) => String(i + 1))];
      const sheet = await contactSheet(pictures, { labels, tile: [size, size] });
      const format = formats[extension];
      await writeFileAtomically(out, await encodeImage(sheet, format, { lossless: true }));
    } finally {
      await engine.dispose();
      await device.close();
    }
    output.result(`${out}: the picture and ${count} examples of the policy ${options.augment}`);
    output.record({ file: out, policy: options.augment, count, seed });
    return exitCodes.done.code;
  },
});

const isFormat = (extension: string): extension is keyof typeof formats =>
  Object.hasOwn(formats, extension);

function wrongExtension(out: string): ConfigError {
  return new ConfigError({
    what: "The option --out cannot be used.",
    expected: `a path that ends in one of these file extensions: ${Object.keys(formats).join(", ")}`,
    received: out,
  });
}

/** The same picture `count` times, `[H, W, C] → [count, H, W, C]`. */
function repeated({ data, shape }: Tensor<Uint8Array>, count: number): Tensor<Uint8Array> {
  const result = new Uint8Array(count * data.length);
  for (let i = 0; i < count; i++) result.set(data, i * data.length);
  return { data: result, shape: [count, ...shape] };
}
