// More than one label: boxes and masks in pictures, as `vision` in "fovea".

export type {
  Annotated,
  AnnotatedImages,
  ClassMap,
  Detections,
  Objects,
} from "./annotated.ts";
export type { SceneOptions } from "./scenes/options.ts";
export { type ScatteredScenesOptions, scatteredScenes } from "./scenes/scattered-scenes.ts";
export type { Scenes } from "./scenes/scenes.ts";
export { type ShapeScenesOptions, shapeScenes } from "./scenes/shape-scenes.ts";
export type { ShapeName } from "./scenes/shapes.ts";
