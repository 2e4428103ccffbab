// `fovea filters`, `features` and `network`: what a trained network has inside, as figures.

import { z } from "zod";
import type { Tensor } from "../../core/tensor.ts";
import { features as featuresOf } from "../../explain/inside/features.ts";
import { filters as filtersOf } from "../../explain/inside/filters.ts";
import { unitHealth } from "../../explain/inside/units.ts";
import { scene } from "../../explain/lessons/scene.ts";
import { white, withChannels } from "../../images/channels.ts";
import { readImage } from "../../images/decode.ts";
import { resize } from "../../images/resize.ts";
import { featuresSvg, filtersSvg, networkSvg } from "../../report/lessons/inside-figure.ts";
import type { Model } from "../../train/model.ts";
import { decodingFor } from "../../train/picture-inputs.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { deviceFields, modelFields, outputFields } from "../fields.ts";
import { figureFields, requireFigureFile, writeFigure } from "../figure-file.ts";
import { Output } from "../output.ts";
import { type Trained, withTrained } from "../trained.ts";

const layerField = z.string().min(1).optional();

const fields = {
  ...modelFields,
  theme: figureFields.theme,
  ...deviceFields,
  ...outputFields,
};

const outField = (file: string) =>
  figureFields.out.meta({
    value: "file",
    description: `The figure's file, .svg or .png. Default: ${file}.`,
  });

const pictureField = z.string().min(1).optional().meta({
  value: "path",
  description: "A picture file or URL. Default: a drawing of a house.",
});

interface Options {
  readonly model: string;
  readonly inputShape?: string | undefined;
  readonly theme: "light" | "dark";
  readonly target: Parameters<typeof withTrained>[0]["target"];
  readonly threads?: number | undefined;
  readonly json: boolean;
}

/** Opens the model, draws, writes the figure and says where it is. */
async function write(
  options: Options,
  given: Parameters<typeof withTrained>[1],
  out: string,
  draw: (trained: Trained) => Promise<{ readonly svg: string; readonly record: object }>,
): Promise<number> {
  const output = new Output(options);
  await requireFigureFile(out);
  const choice = { ...options, data: "fashion-mnist", source: "auto" as const };
  return withTrained(choice, given, output, "probabilities", async (trained) => {
    const { svg, record } = await draw(trained);
    await writeFigure(out, svg, options.theme);
    output.result(`open ${out}`);
    output.record({ model: trained.file, file: out, ...record });
    return exitCodes.done.code;
  });
}

/** The picture as the model takes it. */
async function pictureFor(model: Model, path: string | undefined): Promise<Tensor> {
  const decoding = decodingFor(model);
  if (path !== undefined) return readImage(path, decoding);
  const drawn = resize(scene(), { size: [decoding.size[0], decoding.size[1]] });
  return withChannels(drawn, decoding.channels, white);
}

export const filters = defineCommand({
  description: "Draws the filters that a layer has learned, in colour if it reads colours.",
  options: z.object({
    layer: layerField.meta({
      value: "name",
      description: "The layer; see fovea summary. Default: the first with filters.",
    }),
    out: outField("filters.svg"),
    ...fields,
  }),
  examples: [["fovea filters --model runs/train", "The filters of the first convolution."]],
  run: ({ layer, out = "filters.svg", ...options }, given) =>
    write(options, given, out, async ({ trained: { model } }) => {
      const found = await filtersOf(model, layer);
      return { svg: filtersSvg(found), record: { layer: found.layer, shape: found.shape } };
    }),
});

export const features = defineCommand({
  description: "Draws the feature maps of a layer for a picture.",
  argument: "picture",
  options: z.object({
    picture: pictureField,
    layer: layerField.meta({
      value: "name",
      description: "The layer; see fovea summary. Default: the first with rows and columns.",
    }),
    out: outField("features.svg"),
    ...fields,
  }),
  examples: [["fovea features cat.jpg --model runs/train --layer conv2d_1", "Its maps of a cat."]],
  run: ({ picture, layer, out = "features.svg", ...options }, given) =>
    write(options, given, out, async ({ trained: { model } }) => {
      const image = await pictureFor(model, picture);
      const wanted = layer === undefined ? undefined : [layer];
      const all = await featuresOf(model, image, wanted);
      const first = all.find(({ className }) => className !== "InputLayer") ?? all[0];
      const record = { layer: first.layer, shape: first.result.shape };
      return { svg: featuresSvg(first, image), record };
    }),
});

export const network = defineCommand({
  description: "Draws the feature maps of all layers for a picture, on one sheet.",
  argument: "picture",
  options: z.object({ picture: pictureField, out: outField("network.svg"), ...fields }),
  examples: [["fovea network cat.jpg --model runs/train", "A cat in each layer."]],
  run: ({ picture, out = "network.svg", ...options }, given) =>
    write(options, given, out, async ({ trained: { model } }) => {
      const image = await pictureFor(model, picture);
      const layers = await featuresOf(model, image);
      const svg = networkSvg(layers, image);
      const health = await unitHealth(model, { data: image.data, shape: [1, ...image.shape] });
      return { svg, record: { layers: health } };
    }),
});
