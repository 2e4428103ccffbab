// `fovea lesson`: figures that show how convolutional networks compute.

import { z } from "zod";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { architectureField, outputFields } from "../fields.ts";
import { figureFields, requireFigureFile, writeFigure } from "../figure-file.ts";
import { drawLesson, lessonNames } from "../lessons.ts";
import { Output } from "../output.ts";

export const lesson = defineCommand({
  description:
    "Draws how convolutional networks compute: a convolution forward and backward, kernels over a picture, pooling, " +
    "receptive fields, and what augmentation and preprocessing do to pictures.",
  argument: "lesson",
  options: z.object({
    lesson: z.enum(lessonNames).meta({ description: "What to draw." }),
    picture: z.string().min(1).optional().meta({
      value: "path",
      description: "A picture file or URL. Default: a drawing, or a textbook example.",
    }),
    network: architectureField.optional().meta({
      ...architectureField.meta(),
      description: "The architecture whose receptive fields are drawn. Default: simple-cnn.",
    }),
    layer: z.string().min(1).optional().meta({
      value: "name",
      description:
        "The layer whose unit is drawn; see fovea summary. Default: the last one with rows and columns.",
    }),
    out: figureFields.out.meta({
      value: "file",
      description: "The figure's file, .svg or .png. Default: the lesson's name, .svg.",
    }),
    theme: figureFields.theme,
    ...outputFields,
  }),
  examples: [
    ["fovea lesson convolution", "A convolution, number by number."],
    ["fovea lesson kernels --picture cat.jpg --out cat.png", "What edge kernels see in a cat."],
    ["fovea lesson receptive-field --network resnet-18", "Receptive fields of a network."],
  ],
  async run({ lesson: name, out = `${name}.svg`, theme, json, ...choice }) {
    const output = new Output({ json });
    await requireFigureFile(out);
    const figures = await drawLesson(name, choice);
    const files: string[] = [];
    for (const [i, { name: own, svg }] of figures.entries()) {
      // A second figure stands beside the first: convolution-backward.svg.
      const file = i === 0 ? out : out.replace(/(\.\w+)$/, `${own.slice(name.length)}$1`);
      await writeFigure(file, svg, theme);
      files.push(file);
      output.result(`open ${file}`);
    }
    output.record({ lesson: name, files });
    return exitCodes.done.code;
  },
});
