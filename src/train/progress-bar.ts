// Progress on the console, as Keras shows it. Floor 5. It renders records and knows no model.

import type { Callback } from "./callback.ts";
import type { Logs } from "./events.ts";

/** 0: nothing. 1: a bar for each epoch. 2: a line for each epoch. */
export type Verbosity = 0 | 1 | 2;

/** Where progress is written. */
export interface ProgressOutput {
  write(text: string): void;
  /** Whether a line can be drawn over. */
  readonly isTTY?: boolean;
}

const barWidth = 20;
/** A line is drawn anew at most this often, in milliseconds. */
const redraw = 80;

function formatTime(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** Milliseconds a step, or microseconds where that is clearer. */
function formatStep(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)}s/step`;
  if (milliseconds >= 1) return `${Math.round(milliseconds)}ms/step`;
  return `${Math.round(milliseconds * 1000)}us/step`;
}

function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => {
      const small = value !== 0 && Math.abs(value) < 1e-3;
      return ` - ${name}: ${small ? value.toExponential(4) : value.toFixed(4)}`;
    })
    .join("");
}

/** The callbacks that show progress: one, or none. */
export function progressBar(
  verbose: Verbosity,
  output: ProgressOutput | undefined = typeof process === "undefined" ? undefined : process.stdout,
): Callback[] {
  if (verbose === 0 || output === undefined) return [];
  const draws = verbose === 1 && output.isTTY === true;
  let steps = 0;
  let epochs = 0;
  let epochStart = 0;
  let firstStep = 0;
  let lastDrawn = 0;
  let longest = 0;

  const line = (step: number, logs: Logs, done: boolean): string => {
    const seconds = (performance.now() - epochStart) / 1000;
    const each = (seconds * 1000) / Math.max(1, step - firstStep);
    const filled = Math.round((barWidth * step) / steps);
    const bar = "━".repeat(filled) + "─".repeat(barWidth - filled);
    const left = String(step).padStart(String(steps).length);
    const time = done ? formatTime(seconds) : formatTime((each * (steps - step)) / 1000);
    return `${left}/${steps} ${bar} ${time} ${formatStep(each)}${formatLogs(logs)}`;
  };
  const draw = (text: string) => {
    output.write(`\r${text.padEnd(longest)}`);
    longest = Math.max(longest, text.length);
  };

  return [
    {
      onTrainBegin(record) {
        steps = record.steps;
        epochs = record.epochs;
      },
      onEpochBegin({ epoch }) {
        epochStart = performance.now();
        firstStep = -1;
        longest = 0;
        output.write(`Epoch ${epoch}/${epochs}\n`);
      },
      onStepEnd({ step, logs }) {
        if (firstStep < 0) firstStep = step - 1;
        const now = performance.now();
        if (!draws || now - lastDrawn < redraw) return;
        lastDrawn = now;
        draw(line(step, logs, false));
      },
      onEpochEnd({ logs }) {
        if (verbose === 1) {
          const text = line(steps, logs, true);
          if (draws) draw(text);
          else output.write(text);
          output.write("\n");
          return;
        }
        const seconds = formatTime((performance.now() - epochStart) / 1000);
        output.write(`${steps}/${steps} - ${seconds}${formatLogs(logs)}\n`);
      },
      onTrainEnd({ stopped }) {
        if (stopped !== undefined) output.write(`\nTraining stopped: ${stopped}.\n`);
      },
    },
  ];
}
