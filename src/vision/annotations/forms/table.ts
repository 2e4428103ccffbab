// The forms of annotations that are known, in the order in which they are looked for: one row each, loaded when it is
// needed.

import type { AnnotationForm, FormName } from "../found.ts";

export const forms = {
  coco: async () => (await import("./coco.ts")).coco,
  yolo: async () => (await import("./yolo.ts")).yolo,
  voc: async () => (await import("./voc.ts")).voc,
  masks: async () => (await import("./mask-pictures.ts")).maskPictures,
} as const satisfies Record<FormName, () => Promise<AnnotationForm>>;
