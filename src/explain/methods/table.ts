// Every method of attribution by its name.

import { ablationCam, scoreCam } from "./channel-trials.ts";
import {
  cam,
  eigenCam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  xGradCam,
} from "./class-activation.ts";
import { occlusion, rise } from "./covering.ts";
import { fullGrad } from "./full-grad.ts";
import {
  deepLift,
  guidedBackpropagation,
  guidedGradCam,
  inputTimesGradient,
  integratedGradients,
  saliency,
  smoothGrad,
} from "./input-gradients.ts";
import type { AttributionMethod } from "./method.ts";

/** The methods of attribution: what each shows, when it misleads, its paper. */
export const methods = {
  cam,
  gradCam,
  gradCamPlusPlus,
  xGradCam,
  hiResCam,
  layerCam,
  scoreCam,
  ablationCam,
  eigenCam,
  fullGrad,
  saliency,
  smoothGrad,
  integratedGradients,
  inputTimesGradient,
  guidedBackpropagation,
  guidedGradCam,
  deepLift,
  occlusion,
  rise,
} as const satisfies Record<string, AttributionMethod>;

/** The name of a method of attribution. */
export type AttributionName = keyof typeof methods;
