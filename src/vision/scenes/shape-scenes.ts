// Plane figures on textures: a task of detection and segmentation that needs no download.

import { type OptionNames, requireKnownOptions, requireOption } from "../../core/option.ts";
import { type SceneOptions, sceneOptionNames, sceneSettings } from "./options.ts";
import { makeScenes, type Scenes } from "./scenes.ts";
import { type ShapeName, shapeNames, shapeSprite } from "./shapes.ts";

/** Which figures there are, and what scenes are like. */
export interface ShapeScenesOptions extends SceneOptions {
  /**
   * The figures, which are the classes in this order: `circle`, `square`, `triangle`, `star`, `cross`, `ring`. Default:
   * circles, squares and triangles.
   */
  readonly shapes?: readonly ShapeName[];
}

const known: OptionNames<ShapeScenesOptions> = { ...sceneOptionNames, shapes: true };

/**
 * Pictures `[H, W, 3]` of figures that are turned, stretched and partly hidden, on textures or photographs, with boxes
 * `[B, 4]` and masks `[H, W]`. A scene depends on the seed, the part and its number alone, and is made when it is first
 * read.
 *
 * @throws ConfigError if an option cannot be used; FormatError or DataError if the photographs cannot be used.
 * @example
 * const train = await vision.shapeScenes({ count: 500, size: [96, 96] });
 * const test = await vision.shapeScenes({ count: 100, size: [96, 96], part: "test" });
 * const { image, target } = await train.masks.read(0);
 */
export async function shapeScenes(options: ShapeScenesOptions = {}): Promise<Scenes> {
  requireKnownOptions("vision.shapeScenes", options, known, "{ count: 500 }");
  const { shapes = ["circle", "square", "triangle"] } = options;
  const areShapes =
    Array.isArray(shapes) &&
    shapes.length > 0 &&
    shapes.every((name) => shapeNames.includes(name)) &&
    new Set(shapes).size === shapes.length;
  requireOption("shapes", shapes, areShapes, `different ones of ${shapeNames.join(", ")}`);
  return makeScenes({
    settings: sceneSettings(options),
    makeSprite: (request) => shapeSprite(shapes, request),
    classNames: shapes,
    fingerprint: () => shapes.join(" "),
  });
}
