// More than one label: boxes and masks in pictures, as `vision` in "fovea".

export type {
  Annotated,
  AnnotatedImages,
  ClassMap,
  Detections,
  Objects,
} from "./annotated.ts";
