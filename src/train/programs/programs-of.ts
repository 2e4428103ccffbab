// The programs that the settings of `compile` ask for. They are made when the model first works, so that a page that
// shows or loads a model does not load them.

import type { TrainingSettings } from "../settings.ts";
import { evaluateProgram } from "./evaluate.ts";
import { inspectProgram } from "./inspect.ts";
import type { RowProgram } from "./program.ts";
import { trainProgram } from "./train.ts";

/** The programs of a compiled model. */
export interface CompiledPrograms {
  readonly train: RowProgram;
  readonly evaluate: RowProgram;
  readonly inspect: RowProgram;
}

/** Engines know a program by its identity: the same settings have the same programs. */
const made = new WeakMap<TrainingSettings, CompiledPrograms>();

/** The programs of `settings`. */
export function programsOf(settings: TrainingSettings): CompiledPrograms {
  const known = made.get(settings);
  if (known !== undefined) return known;
  const programs = {
    train: trainProgram(settings),
    evaluate: evaluateProgram(settings.heads),
    inspect: inspectProgram(settings),
  };
  made.set(settings, programs);
  return programs;
}
