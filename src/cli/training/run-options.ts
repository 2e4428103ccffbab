// What `fovea train` takes: a recipe, where the run is kept, and how much is printed.

import { z } from "zod";
import { outputFields } from "../fields.ts";
import { recipeFields } from "../recipe.ts";

export const trainOptions = z.object({
  ...recipeFields,
  out: z.string().min(1).optional().meta({
    value: "folder",
    description: "A new folder for the run. Default: runs/train, then runs/train-2 and so on.",
  }),
  resume: z.string().min(1).optional().meta({
    value: "path",
    description: "Continue a run: its folder, or one of its model files.",
  }),
  ...outputFields,
  quiet: z.boolean().default(false).meta({ description: "Print only the result." }),
});

export type TrainOptions = z.output<typeof trainOptions>;
