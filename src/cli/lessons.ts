// The lessons of `fovea lesson`: each a figure, with a picture or an array that is there without being asked for.

import { ConfigError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { augmentationExamples, augmented } from "../explain/lessons/augmentation.ts";
import { convolution, convolutionBackward } from "../explain/lessons/convolution.ts";
import { kernelResults } from "../explain/lessons/kernels.ts";
import type { Rows } from "../explain/lessons/planes.ts";
import { preprocessingSteps } from "../explain/lessons/preprocessing.ts";
import {
  effectiveField,
  receptiveField,
  receptiveFields,
} from "../explain/lessons/receptive-field.ts";
import { scene } from "../explain/lessons/scene.ts";
import { readImage } from "../images/decode.ts";
import { backwardSvg, convolutionSvg } from "../report/lessons/convolution-figure.ts";
import { poolingSvg } from "../report/lessons/pooling-figure.ts";
import { receptiveFieldSvg } from "../report/lessons/receptive-field-figure.ts";
import { kernelsSvg, type SheetPicture, sheetSvg } from "../report/lessons/sheet-figure.ts";
import { model } from "../train/functional.ts";
import { zoo } from "../zoo/index.ts";

/** What was typed. */
export interface LessonChoice {
  readonly picture?: string | undefined;
  readonly network?: string | undefined;
  readonly layer?: string | undefined;
}

/** A figure: what its file is called after, and its SVG. */
export interface LessonFigure {
  readonly name: string;
  readonly svg: string;
}

/** A lesson, and the options that it has. */
interface Lesson {
  readonly takes: readonly (keyof LessonChoice)[];
  readonly draw: (choice: LessonChoice) => Promise<readonly LessonFigure[]>;
}

/** An edge in the middle, as textbooks have it. */
const edge: Rows = Array.from({ length: 6 }, () => [0, 0, 0, 1, 1, 1]);
const verticalEdges: Rows = Array.from({ length: 3 }, () => [-1, 0, 1]);

const featureMap: Rows = [
  [1, 3, 2, 4],
  [5, 6, 1, 3],
  [2, 4, 8, 2],
  [1, 3, 5, 7],
];

/** Numbers of a picture that a figure of a convolution has room for. */
const arraySide = 8;

export const lessons = {
  convolution: {
    takes: ["picture"],
    async draw({ picture }) {
      const input = picture === undefined ? edge : await smallArray(picture);
      const lesson = convolution(input, verticalEdges);
      // The gradient of half the sum of squares is the output itself.
      const backward = convolutionBackward(input, verticalEdges, lesson.output);
      return [
        { name: "convolution", svg: convolutionSvg(lesson) },
        { name: "convolution-backward", svg: backwardSvg(backward, lesson) },
      ];
    },
  },
  kernels: {
    takes: ["picture"],
    async draw({ picture }) {
      const image = await pictureOf(picture);
      return [{ name: "kernels", svg: kernelsSvg(kernelResults(image), image) }];
    },
  },
  pooling: {
    takes: ["picture"],
    async draw({ picture }) {
      const input = picture === undefined ? featureMap : await smallArray(picture);
      return [{ name: "pooling", svg: poolingSvg(input) }];
    },
  },
  "receptive-field": {
    takes: ["network", "layer"],
    async draw({ network = "simple-cnn", layer }) {
      const built = model(await zoo.build(network), { seed: 1 });
      try {
        const fields = receptiveFields(built);
        const chosen = layer ?? lastWithPlaces(fields);
        const field = receptiveField(built, { layer: chosen });
        const effective = await effectiveField(built, { layer: chosen });
        return [{ name: "receptive-field", svg: receptiveFieldSvg(field, fields, effective) }];
      } finally {
        await built.dispose();
      }
    },
  },
  augmentation: {
    takes: ["picture"],
    async draw({ picture }) {
      const image = await pictureOf(picture);
      const [height, width] = image.shape;
      const pictures: SheetPicture[] = [{ picture: image, caption: "Original" }];
      for (const { title, code, make } of augmentationExamples) {
        const [result] = await augmented(image, [make(height, width)], { seed: 3 });
        pictures.push({ picture: result, caption: title, notes: [code] });
      }
      const text =
        "Each picture is the original after one random layer, as in training. Every step of training draws other numbers, " +
        "so that a network never sees the same picture twice. In prediction these layers do nothing.";
      const svg = sheetSvg(pictures, { title: "Augmentation", text, side: 210, columns: 4 });
      return [{ name: "augmentation", svg }];
    },
  },
  preprocessing: {
    takes: ["picture"],
    async draw({ picture }) {
      const steps = preprocessingSteps(await pictureOf(picture));
      const pictures = steps.map(({ title, code, range, picture: shown }) => ({
        picture: shown,
        caption: title,
        notes: [code, `from ${range.map(shortNumber).join(" to ")}`],
      }));
      const text =
        "Each picture is the original after one function of fovea's images, with the smallest and the largest number of the " +
        "result. Scaling changes numbers, not the look: such pictures are stretched to be seen.";
      const svg = sheetSvg(pictures, { title: "Preprocessing", text, side: 210, columns: 4 });
      return [{ name: "preprocessing", svg }];
    },
  },
} as const satisfies Readonly<Record<string, Lesson>>;

/** The name of a lesson. */
export type LessonName = keyof typeof lessons;

export const lessonNames = Object.keys(lessons) as readonly LessonName[];

/** The figures of a lesson. @throws ConfigError where an option was typed that it does not have. */
export async function drawLesson(
  name: LessonName,
  choice: LessonChoice,
): Promise<readonly LessonFigure[]> {
  const lesson: Lesson = lessons[name];
  for (const option of ["picture", "network", "layer"] as const) {
    if (choice[option] === undefined || lesson.takes.includes(option)) continue;
    throw new ConfigError({
      what: `The lesson ${name} has no option --${option}.`,
      expected: lesson.takes.map((one) => `--${one}`).join(", "),
      received: `--${option} ${choice[option]}`,
    });
  }
  return lesson.draw(choice);
}

/** Pixels along the longer side of a picture for a sheet; more would only make the file large. */
const largestSide = 420;

async function pictureOf(path: string | undefined): Promise<Tensor<Uint8Array>> {
  if (path === undefined) return scene();
  const whole = await readImage(path);
  const [height, width] = whole.shape;
  const share = largestSide / Math.max(height, width);
  if (share >= 1) return whole;
  const size = [Math.round(height * share), Math.round(width * share)] as const;
  return readImage(path, { size: [Math.max(1, size[0]), Math.max(1, size[1])] });
}

/** A picture as a few grey numbers. */
async function smallArray(path: string): Promise<Rows> {
  const { data } = await readImage(path, {
    channels: 1,
    size: [arraySide, arraySide],
    resize: "cover",
  });
  return Array.from({ length: arraySide }, (_, row) =>
    Array.from(data.subarray(row * arraySide, (row + 1) * arraySide)),
  );
}

/** The last layer whose units do not see the whole image, else the last one with places. */
function lastWithPlaces(fields: ReturnType<typeof receptiveFields>): string {
  const withPlaces = fields.filter(({ outputShape }) => outputShape.length === 3);
  const [{ layer }] = withPlaces.length > 0 ? withPlaces.slice(-1) : fields.slice(-1);
  return layer;
}

const shortNumber = (value: number) => String(Number(value.toPrecision(3))).replace("-", "−");
