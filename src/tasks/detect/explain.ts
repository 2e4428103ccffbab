// Why a detector finds what it finds: a map for each of the surest boxes.

import type { Tensor } from "../../core/tensor.ts";
import type { ExplainedMap } from "../../report/explanation-page.ts";
import { explainDetections } from "../../vision/attribution/explain-detections.ts";
import { detect } from "../../vision/detection/detect.ts";
import { detectorShapeOf } from "../../vision/detection/detector-shape.ts";
import { drawDetections } from "../../vision/draw/draw-detections.ts";
import { fitted } from "../annotated/gallery.ts";
import { classNamed, methodsWith, namesOf } from "../explanation.ts";
import type { Explainer, ExplainOptions, TrainedModel } from "../task.ts";
import { drawExplained, titleOf } from "./draw-explained.ts";
import { countsOf, objectsOf } from "./predictions.ts";

/** Maps of what speaks for the boxes of a picture. @throws ConfigError where the model is no detector. */
export function detectionExplainer(
  { model, classNames }: TrainedModel,
  options: ExplainOptions,
): Omit<Explainer, "decoding"> {
  const { classes } = detectorShapeOf("fovea explain", model.network);
  const names = namesOf(classes, classNames);
  const wanted = classNamed(options.class, names);
  const asked = methodsWith(options, model.network, "hiResCam");
  const { colors, trust } = options;
  return {
    classNames: names,
    async explain({ name, picture }) {
      const image = picture as Tensor<Uint8Array>;
      const found = await detect(model, image);
      const maps: ExplainedMap[] = [];
      for (const one of asked) {
        const how = { ...one, trust, ...(wanted !== undefined && { classes: [wanted] }) };
        for (const explained of await explainDetections(model, image, how)) {
          maps.push({
            ...explained,
            subject: titleOf(explained, names),
            shown: fitted(drawExplained(image, explained, names, colors)),
          });
        }
      }
      const says = countsOf(found, names) || "nothing found";
      const shown = fitted(drawDetections(image, found, names));
      return {
        says,
        record: { objects: objectsOf(found, names) },
        explained: { name, picture, shown, note: says, maps },
      };
    },
  };
}
