// Progress on the console, as Keras shows it. It renders records and knows no model. A console that goes
// away is no reason to end training.

import { platform } from "#platform";
import type { TextStream } from "../platform/platform.ts";
import type { Callback } from "./callback.ts";
import type { Logs } from "./events.ts";
import { Screen } from "./screen.ts";

/** 0: nothing. 1: a bar for each epoch. 2: a line for each epoch. */
export type Verbosity = 0 | 1 | 2;

/** The widths that a bar may have; the widest that fits is taken. */
const barWidths = [20, 10, 0] as const;
/** A line is drawn anew at most this often, in milliseconds. */
const redraw = 80;
/** Begins the line anew, and clears what a longer one left behind. */
const lineStart = "\r";
const clearRest = "\x1b[K";

function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const two = (count: number) => String(count).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Milliseconds a step, or microseconds where that is clearer. */
function formatStep(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)}s/step`;
  if (milliseconds >= 1) return `${Math.round(milliseconds)}ms/step`;
  return `${Math.round(milliseconds * 1000)}us/step`;
}

/** A number of the logs as consoles show it: `0.9104`, `1.2500e-5`. */
export function formatLog(value: number): string {
  const size = Math.abs(value);
  const isFar = size !== 0 && (size < 1e-3 || size >= 1e5);
  return isFar ? value.toExponential(4) : value.toFixed(4);
}

/** A learning rate: four digits that say something, and `0` where it is none at all. */
function formatLearningRate(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-3;
  return isSmall ? formatLog(value) : String(Number(value.toPrecision(4)));
}

function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => {
      const format = name === "learning_rate" ? formatLearningRate : formatLog;
      return ` - ${name}: ${format(value)}`;
    })
    .join("");
}

function formatBar(share: number, width: number): string {
  if (width === 0) return "";
  const filled = Math.round(width * share);
  return ` ${"━".repeat(filled)}${"─".repeat(width - filled)}`;
}

/** How long a step takes. The first does not count where there are others: it waits for code. */
class Pace {
  readonly #begin = performance.now();
  #first = 0;
  #last = this.#begin;
  #steps = 0;

  step(now: number): void {
    this.#steps++;
    if (this.#steps === 1) this.#first = now;
    this.#last = now;
  }

  get milliseconds(): number {
    if (this.#steps <= 1) return this.#last - this.#begin;
    return (this.#last - this.#first) / (this.#steps - 1);
  }
}

/** The callbacks that show progress: one, or none. They stop writing where the stream goes away. */
export function progressBar(
  verbose: Verbosity,
  stream: TextStream | undefined = platform.output,
): Callback[] {
  if (verbose === 0 || stream === undefined) return [];
  const output = new Screen(stream);
  const draws = verbose === 1 && output.canRedraw;
  let steps = 0;
  let epochs = 0;
  let epochStart = 0;
  let pace = new Pace();
  let lastDrawn = 0;
  /** Whether a line was begun and not ended. */
  let open = false;
  let learningRate: number | undefined;

  const secondsOfEpoch = () => (performance.now() - epochStart) / 1000;
  const line = (step: number, seconds: number, logs: Logs, width = Infinity): string => {
    const count = `${String(step).padStart(String(steps).length)}/${steps}`;
    const rest = ` ${formatTime(seconds)} ${formatStep(pace.milliseconds)}${formatLogs(logs)}`;
    const room = width - count.length - rest.length - 1;
    const bar = formatBar(step / steps, barWidths.find((wide) => wide <= room) ?? 0);
    return `${count}${bar}${rest}`;
  };
  /** A line that will be drawn over must not wrap. */
  const draw = (step: number, logs: Logs) => {
    const width = Math.max(1, output.columns - 1);
    const left = (pace.milliseconds * (steps - step)) / 1000;
    output.write(lineStart + line(step, left, logs, width).slice(0, width) + clearRest);
    open = true;
  };
  const endLine = (text: string) => {
    output.write(open ? `${lineStart}${text}${clearRest}\n` : `${text}\n`);
    open = false;
  };
  /** The learning rate is worth a look only where it has changed. */
  const worthShowing = ({ learning_rate, ...logs }: Logs): Logs => {
    const changed = learningRate !== undefined && learning_rate !== learningRate;
    learningRate = learning_rate;
    return changed ? { ...logs, learning_rate } : logs;
  };

  return [
    {
      onTrainBegin(record) {
        steps = record.steps;
        epochs = record.epochs;
      },
      onEpochBegin({ epoch }) {
        epochStart = performance.now();
        pace = new Pace();
        output.write(`Epoch ${epoch}/${epochs}\n`);
      },
      onStepEnd({ step, logs }) {
        const now = performance.now();
        pace.step(now);
        if (!draws || now - lastDrawn < redraw) return;
        lastDrawn = now;
        draw(step, logs);
      },
      onEpochEnd({ logs }) {
        const shown = worthShowing(logs);
        const seconds = secondsOfEpoch();
        if (verbose === 1) endLine(line(steps, seconds, shown));
        else endLine(`${steps}/${steps} - ${formatTime(seconds)}${formatLogs(shown)}`);
      },
      onTrainEnd({ stopped }) {
        if (open) output.write("\n");
        open = false;
        if (stopped !== undefined) output.write(`Training stopped: ${stopped}.\n`);
      },
    },
  ];
}
