// Grey pictures of single things, such as those of Fashion-MNIST, scattered in larger pictures: a task of detection made of
// one of classification.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { type OptionNames, requireKnownOptions } from "../../core/option.ts";
import type { RandomStream } from "../../core/random.ts";
import { formatShape } from "../../core/shape.ts";
import {
  countOf,
  type ExampleSet,
  imagesAt,
  inputShapeOf,
  labelsOf,
} from "../../data/example-set.ts";
import { isImageSource } from "../../data/image-folder/image-source.ts";
import { cutoutSprite } from "./cutouts.ts";
import { type SceneOptions, sceneOptionNames, sceneSettings } from "./options.ts";
import { makeScenes, type Scenes } from "./scenes.ts";

/** What scenes are like. */
export interface ScatteredScenesOptions extends SceneOptions {}

const known: OptionNames<ScatteredScenesOptions> = sceneOptionNames;

/**
 * Pictures `[H, W, 3]` of things that are cut out of `examples`: u8 images `[N, H, W, 1]` with a black background and
 * class numbers `[N]`. Each class is as likely as any other. Things are enlarged, coloured, mirrored, turned by up to
 * 15 degrees and partly hidden, on textures or photographs. To test, take other examples, and the part `test`, which has
 * other backgrounds.
 *
 * @throws DataError if the examples are no grey images with classes, or the photographs cannot be used; ConfigError if
 * an option cannot be used.
 * @example
 * const { train, test } = await datasets.load("fashion-mnist");
 * const scenes = await vision.scatteredScenes(train, { count: 2000, size: [128, 128] });
 * const others = await vision.scatteredScenes(test, { count: 200, size: [128, 128], part: "test" });
 * const { image, target } = await scenes.boxes.read(0);
 */
export async function scatteredScenes(
  examples: ExampleSet,
  options: ScatteredScenesOptions = {},
): Promise<Scenes> {
  requireKnownOptions("vision.scatteredScenes", options, known, "train, { count: 2000 }");
  const settings = sceneSettings(options);
  const things = thingsIn(examples);
  return makeScenes({
    settings,
    makeSprite: async (request) => {
      const row = things.draw(request.random);
      const [image] = await imagesAt(examples, [row]);
      return cutoutSprite(image, things.labels[row], request);
    },
    classNames: things.classNames,
    fingerprint: things.fingerprint,
  });
}

/** The examples by class. @throws DataError unless they are grey images with classes. */
function thingsIn(examples: ExampleSet) {
  const isSource = isImageSource(examples);
  const areBytes = isSource || examples?.x?.data instanceof Uint8Array;
  const shape = areBytes ? inputShapeOf(examples) : [];
  const hasClasses = isSource || examples?.y?.shape?.length === 1;
  if (!areBytes || !hasClasses || shape.length !== 3 || shape[2] !== 1 || countOf(examples) < 1) {
    throw new DataError({
      what: "vision.scatteredScenes: These examples cannot be scattered.",
      expected: "grey images of bytes, [N, H, W, 1], with a class number for each, [N]",
      received: describe(examples),
      fix: 'Load a set such as "fashion-mnist", or a folder of pictures with channels: 1.',
    });
  }
  const labels = Array.from(labelsOf(examples));
  const rows = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const known = rows.get(label);
    if (known === undefined) rows.set(label, [row]);
    else known.push(row);
  });
  const classes = [...rows.keys()].sort((a, b) => a - b);
  const highest = classes[classes.length - 1];
  const { classNames = Array.from({ length: highest + 1 }, (_, i) => String(i)) } = examples;
  return {
    labels,
    classNames,
    draw(random: RandomStream): number {
      const those = rows.get(classes[random.below(classes.length)]) ?? [];
      return those[random.below(those.length)];
    },
    fingerprint: () =>
      isSource
        ? examples.fingerprint
        : `${platform.md5(bytesOf(examples.x.data))} ${labels.join(" ")}`,
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

function describe(examples: ExampleSet): string {
  if (isImageSource(examples)) return `pictures of ${formatShape(examples.shape)}`;
  const { x, y } = examples ?? {};
  if (x?.shape === undefined || y?.shape === undefined) return "no examples";
  const kind = x.data instanceof Uint8Array ? "bytes" : "other numbers";
  return `${kind} of ${formatShape(x.shape)}, targets of ${formatShape(y.shape)}`;
}
