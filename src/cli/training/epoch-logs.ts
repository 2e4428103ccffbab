// Numbers of an epoch that the task measures itself.

import type { Callback } from "../../train/callback.ts";
import { withAverages } from "./averages.ts";
import { catchUp } from "./catch-up.ts";
import { type Run, trainedIn } from "./run.ts";

/** Adds to each epoch what the task measures of the validation part. */
export function epochLogs(run: Run): Callback {
  const { data } = run;
  if (data.epochLogs === undefined) return {};
  return {
    async epochLogs() {
      await catchUp(run);
      return withAverages(
        run,
        async () => (await data.epochLogs?.(trainedIn(run, run.model))) ?? {},
      );
    },
  };
}
