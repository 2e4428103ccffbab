// What was taken for what, as a part of a report.

import { confusionSvg } from "../../report/confusion-figure.ts";
import { type ReportSection, scrollRegion } from "../../report/section.ts";

/** The confusion matrix of objects or pixels. */
export function confusionSection(
  counts: readonly (readonly number[])[],
  classNames: readonly string[],
): ReportSection {
  const body = scrollRegion("confusion matrix", confusionSvg({ counts }, classNames));
  return { title: "Confusion matrix", body, isFigure: true };
}
