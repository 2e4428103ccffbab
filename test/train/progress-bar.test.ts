// What the progress bar writes: lines that fit the screen, and numbers that matter.

import { expect, test, vi } from "vitest";
import type { Callback, TrainControl } from "../../src/train/callback.ts";
import { formatLog, progressBar, type Verbosity } from "../../src/train/progress-bar.ts";

/** The bar looks at records alone. */
const control = {} as TrainControl;

/** Runs two epochs of four steps past the bar, and gives what it wrote. */
function written(verbose: Verbosity, screen: { isTTY?: boolean; columns?: number } = {}): string {
  let text = "";
  const output = {
    ...screen,
    write: (more: string) => {
      text += more;
    },
  };
  for (const bar of progressBar(verbose, output)) show(bar);
  return text;
}

function show(bar: Callback): void {
  const logs = { accuracy: 0.5, loss: 1.25 };
  bar.onTrainBegin?.({ epochs: 2, steps: 4, examples: 16, validationExamples: 4 }, control);
  for (const epoch of [1, 2]) {
    bar.onEpochBegin?.({ epoch }, control);
    for (let step = 1; step <= 4; step++) bar.onStepEnd?.({ epoch, step, logs }, control);
    const all = { ...logs, val_loss: 1.5, learning_rate: 0.001 / epoch };
    bar.onEpochEnd?.({ epoch, seconds: 1, logs: all }, control);
  }
  bar.onTrainEnd?.({ stopped: "interrupted" }, control);
}

test("0 writes nothing", () => {
  expect(written(0)).toBe("");
});

test("1 writes a whole bar for each epoch where nothing can be drawn over", () => {
  const [first, bar, second, , last] = written(1).split("\n");
  expect([first, second]).toEqual(["Epoch 1/2", "Epoch 2/2"]);
  expect(bar).toMatch(
    /^4\/4 ━{20} 0s \d+us\/step - accuracy: 0\.5000 - loss: 1\.2500 - val_loss: 1\.5000$/,
  );
  expect(last).toBe("Training stopped: interrupted.");
});

test("the learning rate is shown where it has changed", () => {
  const [, first, , second] = written(1).split("\n");
  expect(first).not.toContain("learning_rate");
  expect(second).toContain("learning_rate: 5.0000e-4");
});

test.each([
  [0, "0"],
  [0.00149, "0.00149"],
  [0.1, "0.1"],
  [1 / 3, "0.3333"],
  [2e-12, "2.0000e-12"],
])("the learning rate %f reads %s", (rate, text) => {
  let shown = "";
  const write = (more: string) => {
    shown += more;
  };
  const [bar] = progressBar(2, { write });
  for (const learning_rate of [1, rate]) {
    bar.onEpochEnd?.({ epoch: 1, seconds: 1, logs: { learning_rate } }, control);
  }
  expect(shown.trim().split(" - ").at(-1)).toBe(`learning_rate: ${text}`);
});

test("2 writes a line for each epoch", () => {
  const lines = written(2).split("\n");
  expect(lines[1]).toBe("4/4 - 0s - accuracy: 0.5000 - loss: 1.2500 - val_loss: 1.5000");
});

test.each([30, 50, 60, 80])("a line that is drawn over fits %i columns", (columns) => {
  const drawn = written(1, { isTTY: true, columns })
    .split(/[\r\n]/)
    .filter((line) => /^ *\d\/4 /.test(line) && !line.includes("val_loss"));
  expect(drawn.length).toBeGreaterThan(0);
  for (const line of drawn) expect(line.replace("\x1b[K", "").length).toBeLessThan(columns);
});

test("numbers keep four digits, far ones in powers of ten", () => {
  expect([0, 0.91044, 12.5, 2e-5, -3e7].map(formatLog)).toEqual([
    "0.0000",
    "0.9104",
    "12.5000",
    "2.0000e-5",
    "-3.0000e+7",
  ]);
});

test("a screen of 0 columns counts as one of 80, and a line that is too long for it is cut", () => {
  const bar = /\r *\d\/4 ━*─*/;
  expect(written(1, { isTTY: true, columns: 0 })).toEqual(expect.stringMatching(bar));
});

test("a terminal that cannot clear a line gets whole lines only", () => {
  vi.stubEnv("TERM", "dumb");
  const text = written(1, { isTTY: true, columns: 80 });
  vi.unstubAllEnvs();
  expect(text).not.toContain("\x1b");
  expect(text).not.toContain("\r");
});

test("a stream that goes away is written to no more, and training does not hear of it", () => {
  let writes = 0;
  const heard: string[] = [];
  const stream = {
    write: (_: string, done?: (error?: Error | null) => void) => {
      writes++;
      done?.(new Error("write EPIPE"));
    },
    on: (event: "error") => heard.push(event),
  };
  for (const bar of progressBar(1, stream)) show(bar);
  expect(writes).toBe(1);
  expect(heard).toEqual(["error"]);
});

test("a stream that throws is written to no more", () => {
  let writes = 0;
  const stream = {
    write: () => {
      writes++;
      throw new Error("ENOSPC");
    },
  };
  for (const bar of progressBar(1, stream)) show(bar);
  expect(writes).toBe(1);
});
