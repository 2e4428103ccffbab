// `fovea stylize`: a photograph repainted in the style of a painting.

import { extname } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { readImage } from "../../images/decode.ts";
import { encodeImage } from "../../images/encode.ts";
import type { Device } from "../../machine/device.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { writeFileAtomically } from "../../platform/files.ts";
import { formatMeasure } from "../../report/numbers.ts";
import { applyStyleNetwork } from "../../vision/style/apply-style-network.ts";
import { colorSources } from "../../vision/style/colors.ts";
import { progressStrip, stylize as repaint } from "../../vision/style/stylize.ts";
import type {
  Stylized,
  StylizeOptions,
  StylizeProgress,
} from "../../vision/style/stylize-options.ts";
import type { ArchitectureName } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { architectureField, deviceFields, outputFields } from "../fields.ts";
import { showDownload } from "../load-data.ts";
import { loadModelFile, modelFileOf } from "../model-file.ts";
import { Output, standardError } from "../output.ts";
import { Interrupt } from "../training/interrupt.ts";
import { requireWritable } from "../writable.ts";

/** The formats that a picture can have, by extension. */
const formats = { ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp" } as const;

const options = z.object({
  photo: z.string().min(1).meta({ value: "path", description: "The photograph, a file or a URL." }),
  style: z.array(z.string().min(1)).optional().meta({
    value: "path",
    description: "The picture whose style is taken, a file or a URL; or several.",
  }),
  mix: z.string().optional().meta({
    value: "numbers",
    description: "How much each of several styles counts, such as 2,1. Default: all alike.",
  }),
  out: z.string().min(1).default("stylized.png").meta({
    value: "file",
    description: "The picture to write (.png, .jpg or .webp).",
  }),
  size: z.int().min(32).max(2048).optional().meta({
    value: "pixels",
    description: "The longer side of the result. Default: that of the photograph, up to 512.",
  }),
  steps: z.int().min(1).default(200).meta({
    description: "Steps at the first, smallest size. Each size after it takes half as many.",
  }),
  network: architectureField.default("vgg-19").meta({
    ...architectureField.meta(),
    description: "The architecture whose features are compared.",
  }),
  weights: z.string().min(1).default("imagenet").meta({
    value: "name|path",
    description: "The weights of --network: imagenet, which are downloaded once, or a file.",
  }),
  model: z.string().min(1).optional().meta({
    value: "path",
    description: "A trained style network instead of --style: repaints in one pass.",
  }),
  color: z.enum(colorSources).default("style").meta({
    description:
      "Where colours come from: the style, or the photograph by its histogram or pixel by pixel.",
  }),
  contentWeight: z.number().min(0).optional().meta({
    description: "How much the content counts. Default: 1.",
  }),
  styleWeight: z.number().min(0).optional().meta({
    description: "How much the style counts. Default: 100.",
  }),
  totalVariationWeight: z.number().min(0).optional().meta({
    description: "How much smoothness counts. Default: 100.",
  }),
  styleScale: z.number().positive().max(4).default(1).meta({
    description:
      "The size of the style picture, relative to the result's. Less gives finer strokes.",
  }),
  optimizer: z.enum(["lbfgs", "adam"]).default("lbfgs").meta({
    description: "How pixels are changed; adam needs less memory and more steps.",
  }),
  start: z.enum(["content", "noise"]).default("content").meta({
    description: "What to begin with.",
  }),
  progress: z.int().min(1).optional().meta({
    value: "steps",
    description: "Also write a strip of pictures, one after every so many steps.",
  }),
  strict: z.boolean().default(false).meta({
    description: "Stop with an error if one of several style pictures cannot be used.",
  }),
  seed: z.int().default(0).meta({ description: "The seed of --start noise." }),
  ...deviceFields,
  ...outputFields,
});

type Options = z.output<typeof options>;

export const stylize = defineCommand({
  description:
    "Repaints a photograph in the style of a painting. Ctrl-C ends the work and keeps the picture so far.",
  argument: "photo",
  options,
  examples: [
    ["fovea stylize photo.jpg --style paint.jpg --out result.png", "One style, 512 pixels."],
    ["fovea stylize photo.jpg --style a.jpg b.jpg --mix 2,1 --size 1024", "Two styles, larger."],
    ["fovea stylize photo.jpg --style paint.jpg --color luminance", "In the photo's colours."],
    ["fovea stylize photo.jpg --model waves.safetensors", "By a trained style network."],
  ],
  async run(options) {
    const output = new Output(options);
    const { style = [], model, out, target, threads } = options;
    if (style.length > 0 === (model !== undefined)) {
      throw new ConfigError({
        what: "fovea stylize needs a style.",
        expected: "--style with a picture or several, or --model with a trained style network",
        received: style.length > 0 ? "both" : "neither",
        fix: "name a picture: fovea stylize photo.jpg --style paint.jpg",
      });
    }
    const format = formatOf(out);
    const strip = options.progress === undefined ? undefined : stripFor(out);
    for (const file of [out, ...(strip === undefined ? [] : [strip])]) await requireWritable(file);
    const photo = await readImage(options.photo);
    const write = async (file: string, picture: Tensor<Uint8Array>) =>
      writeFileAtomically(file, await encodeImage(picture, format));
    const device = await openDevice({ target, ...(threads && { threads }) });
    try {
      output.say(`device  ${describeDevice(device)}`);
      if (model !== undefined) {
        await write(out, await paintBy(model, photo, options, device));
        output.result(`open ${out}`);
        output.record({ file: out, model });
        return exitCodes.done.code;
      }
      const stylized = await paint(photo, style, options, device, output);
      await write(out, stylized.picture);
      if (strip !== undefined && stylized.progress.length > 0) {
        await write(strip, await progressStrip(stylized));
      }
      const { picture: _, progress, ...numbers } = stylized;
      const shown = strip !== undefined && progress.length > 0 ? strip : undefined;
      output.result(`open ${out}${shown === undefined ? "" : ` and ${shown}`}`);
      output.record({ file: out, ...(shown !== undefined && { strip: shown }), ...numbers });
      return (stylized.isStopped ? exitCodes.interrupted : exitCodes.done).code;
    } finally {
      await device.close();
    }
  },
});

async function paintBy(path: string, photo: Tensor<Uint8Array>, { size }: Options, device: Device) {
  const file = await modelFileOf(path, "best");
  const { model } = await loadModelFile(file, {}, { device, training: false });
  return applyStyleNetwork(model, photo, size === undefined ? {} : { size });
}

async function paint(
  photo: Tensor<Uint8Array>,
  paths: readonly string[],
  options: Options,
  device: Device,
  output: Output,
): Promise<Stylized> {
  const styles: Tensor<Uint8Array>[] = [];
  for (const path of paths) styles.push(await readImage(path));
  const { mix, size, contentWeight, styleWeight, totalVariationWeight } = options;
  const { steps, color, styleScale, optimizer, start, seed, strict, progress, weights } = options;
  const interrupt = new Interrupt(() => output.warn("\nStopping after this step ..."));
  const given: StylizeOptions = {
    ...{ steps, color, styleScale, optimizer, start, seed, strict, weights, device },
    features: options.network as ArchitectureName,
    ...(mix !== undefined && { mix: mix.split(",").map(Number) }),
    ...(size !== undefined && { size }),
    ...(contentWeight !== undefined && { contentWeight }),
    ...(styleWeight !== undefined && { styleWeight }),
    ...(totalVariationWeight !== undefined && { totalVariationWeight }),
    ...(progress !== undefined && { progressEvery: progress }),
    signal: interrupt.signal,
    onWarning: (message) => output.warn(message),
    onProgress: (state) => tell(state, output),
    ...(output.chatty &&
      standardError.canRedraw && {
        onDownload: ({ file, receivedBytes, totalBytes = receivedBytes }) =>
          showDownload({ file, receivedBytes, totalBytes }),
      }),
  };
  try {
    return await repaint(photo, styles, given);
  } finally {
    interrupt.release();
  }
}

/** Steps between lines where a terminal cannot draw over the last one. */
const stepsPerLine = 25;

function tell({ step, steps, size, content, style }: StylizeProgress, output: Output): void {
  if (!output.chatty) return;
  const line =
    `step ${step} of ${steps}  ${size[0]} x ${size[1]}  content ${formatMeasure(content)}  ` +
    `style ${formatMeasure(style)}`;
  if (standardError.canRedraw) {
    standardError.write(`\r${line}\x1b[K${step === steps ? "\n" : ""}`);
  } else if (step % stepsPerLine === 0 || step === steps) {
    output.say(line);
  }
}

/** `result.png` as `result-progress.png`. */
function stripFor(out: string): string {
  const extension = extname(out);
  return `${out.slice(0, out.length - extension.length)}-progress${extension}`;
}

function formatOf(out: string): (typeof formats)[keyof typeof formats] {
  const extension = extname(out).toLowerCase();
  if (isFormat(extension)) return formats[extension];
  throw new ConfigError({
    what: "The option --out cannot be used.",
    expected: `a path that ends in one of these file extensions: ${Object.keys(formats).join(", ")}`,
    received: out,
  });
}

const isFormat = (extension: string): extension is keyof typeof formats =>
  Object.hasOwn(formats, extension);
