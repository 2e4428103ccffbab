// Why a network gives pixels their classes: a map for each class that it finds.

import { DataError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ExplainedMap } from "../../report/explanation-page.ts";
import { formatRate } from "../../report/numbers.ts";
import { explainMask } from "../../vision/attribution/explain-mask.ts";
import { drawMask } from "../../vision/draw/draw-mask.ts";
import { predictMask } from "../../vision/segmentation/predict-mask.ts";
import { classCount, segmentationShape } from "../../vision/segmentation/shape.ts";
import { fitted } from "../annotated/gallery.ts";
import { classNamed, methodsWith, namesOf } from "../explanation.ts";
import type { Explainer, ExplainOptions, TrainedModel } from "../task.ts";
import { drawExplained } from "./draw-explained.ts";
import { partsOf } from "./predictions.ts";

/** Maps of what speaks for the classes in a picture. @throws ConfigError where the model gives no classes of pixels. */
export function maskExplainer(
  { model, classNames }: TrainedModel,
  options: ExplainOptions,
): Omit<Explainer, "decoding"> {
  const names = namesOf(classCount(segmentationShape("fovea explain", model)), classNames);
  const wanted = classNamed(options.class, names);
  const asked = methodsWith(options, model.network, "gradCam");
  const { colors, trust } = options;
  return {
    classNames: names,
    async explain({ name, picture }) {
      const image = picture as Tensor<Uint8Array>;
      const map = await predictMask(model, image);
      const maps: ExplainedMap[] = [];
      for (const one of asked) {
        const how = { ...one, trust, ...(wanted !== undefined && { classes: [wanted] }) };
        for (const explained of await explainMask(model, image, how).catch(nothing)) {
          maps.push({
            ...explained,
            subject: names[explained.classIndex],
            shown: fitted(drawExplained(image, map, explained, names, colors)),
          });
        }
      }
      const parts = partsOf(map, names);
      const says = parts.map((part) => `${part.class} ${formatRate(part.share)}`).join(", ");
      return {
        says,
        record: { classes: parts.map(({ mask, ...part }) => part) },
        explained: {
          name,
          picture,
          shown: fitted(drawMask(image, map, names)),
          note: `Shares of the pixels: ${says}`,
          maps,
        },
      };
    },
  };
}

/** Where a class that is asked for is found nowhere, there is nothing to explain. */
function nothing(error: unknown): never[] {
  if (error instanceof DataError) return [];
  throw error;
}
