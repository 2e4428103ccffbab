// Scenes by their numbers, each made when it is asked for, as pictures with boxes and as pictures with masks.

import { platform } from "#platform";
import { DataError } from "../../core/errors.ts";
import { RandomStream } from "../../core/random.ts";
import type { SkippedFile } from "../../data/image-folder/found-file.ts";
import type { PartName } from "../../data/image-folder/layout.ts";
import type { AnnotatedImages, ClassMap, Objects } from "../annotated.ts";
import { compose, type Scene } from "./compose.ts";
import type { SceneSettings } from "./options.ts";
import { cutBackground, loadPhotographs } from "./photographs.ts";
import type { SpriteMaker } from "./sprite.ts";
import { texture } from "./textures.ts";

/** The same scenes, seen in two ways. */
export interface Scenes {
  /** Boxes around what is seen of each object. */
  readonly boxes: AnnotatedImages<Objects>;
  /** The class of each pixel: 0 is `background`, the others are those of `boxes` plus 1. */
  readonly masks: AnnotatedImages<ClassMap>;
  /** Photographs that cannot be used as backgrounds, with the reasons. */
  readonly skipped: readonly SkippedFile[];
}

/** Scenes that are to be made. */
export interface SceneRecipe {
  readonly settings: SceneSettings;
  readonly makeSprite: SpriteMaker;
  /** The name of class `i` at index `i`. */
  readonly classNames: readonly string[];
  /** Tells other objects apart. */
  readonly fingerprint: () => string;
}

/** Scenes that are made differently by later versions of this folder have another one. */
const version = 1;

/** Where the random numbers of each part begin; those of a scene are a stream of their own. */
const firstStreams: Readonly<Record<PartName, number>> = {
  train: 0,
  validation: 2 ** 29,
  test: 2 ** 30,
};

/** Bytes of scenes that are kept, so that they are made once. */
const memoryBudget = 256 << 20;

/** @throws FormatError, DataError where the photographs cannot be used. */
export async function makeScenes(recipe: SceneRecipe): Promise<Scenes> {
  const { settings, makeSprite, classNames, fingerprint } = recipe;
  const { count, size, seed, part, objects, objectSize, occlusion, photographs } = settings;
  const [height, width] = size;
  const loaded =
    photographs === undefined
      ? undefined
      : await loadPhotographs(photographs, [height, width], part, seed);
  const make = async (row: number) => {
    const random = new RandomStream(seed, firstStreams[part] + row);
    const background =
      loaded === undefined
        ? texture(random, height, width)
        : cutBackground(loaded.pictures, random, height, width);
    return compose(background, makeSprite, { objects, objectSize, occlusion }, random);
  };
  const kept = keptScenes(make, Math.floor(memoryBudget / (height * width * 4)));
  const scene = (row: number) => {
    if (Number.isInteger(row) && row >= 0 && row < count) return kept(row);
    throw new DataError({
      what: "There is no such scene.",
      expected: `a whole number from 0 to ${count - 1}`,
      received: String(row),
    });
  };
  const view = <Target>(
    names: readonly string[],
    kind: string,
    targetOf: (scene: Scene) => Target,
  ): AnnotatedImages<Target> => ({
    count,
    classNames: names,
    get fingerprint() {
      const facts = { version, kind, count, size, seed, part, objects, objectSize, occlusion };
      const parts = [JSON.stringify(facts), fingerprint(), loaded?.fingerprint ?? "textures"];
      return platform.md5(new TextEncoder().encode(parts.join("\n")));
    },
    read: async (row) => {
      const found = await scene(row);
      const { data, shape } = found.image;
      return { image: { data: data.slice(), shape }, target: targetOf(found) };
    },
    target: async (row) => targetOf(await scene(row)),
    nameOf: (row) => `${part} ${row}`,
  });
  return {
    boxes: view(classNames, "boxes", ({ boxes, labels }) => ({
      boxes: { data: boxes.slice(), shape: [labels.length, 4] },
      classes: labels.slice(),
    })),
    masks: view(["background", ...classNames], "masks", ({ map }) => ({
      data: map.slice(),
      shape: [height, width],
    })),
    skipped: loaded?.skipped ?? [],
  };
}

/** Makes each scene once, as long as there is room for `most` of them. */
function keptScenes(make: (row: number) => Promise<Scene>, most: number) {
  const kept = new Map<number, Promise<Scene>>();
  return (row: number): Promise<Scene> => {
    const known = kept.get(row);
    if (known !== undefined) return known;
    const made = make(row);
    if (kept.size < most) {
      kept.set(row, made);
      made.catch(() => kept.delete(row));
    }
    return made;
  };
}
