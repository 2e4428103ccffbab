// Callbacks against Keras 3, which was told the same numbers (keras/callbacks.py): when they stop, which
// epoch was the best, which rates they set, what they write.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Callback, TrainControl } from "../../src/train/callback.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import type { Logs } from "../../src/train/events.ts";
import type { Model } from "../../src/train/model.ts";
import { tinyExamples, tinyModel } from "../train/tiny.ts";

interface Fixtures {
  readonly numbers: Readonly<Record<string, readonly number[]>>;
  readonly stopping: readonly {
    readonly options: Readonly<Record<string, never>>;
    readonly stopsAfter: number | null;
    readonly bestThen: number;
  }[];
  readonly reducing: readonly {
    readonly options: Readonly<Record<string, never>>;
    readonly rates: readonly number[];
  }[];
  readonly logs: readonly {
    readonly rows: readonly (readonly Logs[])[];
    readonly options: Readonly<Record<string, never>>;
    readonly text: string;
  }[];
  readonly hooks: readonly {
    /** The hooks that stop the run. */
    readonly stops: readonly string[];
    readonly fit?: readonly string[];
    readonly evaluate?: readonly string[];
    readonly predict?: readonly string[];
    /** How many rows were predicted. */
    readonly rows?: number;
  }[];
}

const path = new URL("keras/callbacks.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(path, "utf8")) as Fixtures;

/** Options under the names that Fovea gives them. */
function inCamelCase(options: object): object {
  const special: Record<string, string> = { min_lr: "minLR" };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      special[name] ?? name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-callbacks-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

/** Tells a callback of epochs, until it stops; `before` and `after` see each epoch, from 0. */
async function tell(
  callback: Callback,
  model: Model,
  rows: readonly Logs[],
  {
    before,
    after,
  }: {
    before?: (epoch: number) => unknown;
    after?: (epoch: number) => unknown;
  } = {},
): Promise<number | null> {
  let stopped = false;
  const control = {
    model,
    stop: () => {
      stopped = true;
    },
    restore: (state: Parameters<Model["setState"]>[0]) => model.setState(state),
  };
  const record = { epochs: rows.length, steps: 1, examples: 1, validationExamples: 1 };
  await callback.onTrainBegin?.(record, control);
  let last: number | null = null;
  for (const [i, logs] of rows.entries()) {
    await before?.(i);
    await callback.onEpochBegin?.({ epoch: i + 1 }, control);
    await callback.onEpochEnd?.({ epoch: i + 1, seconds: 1, logs }, control);
    await after?.(i);
    if (!stopped) continue;
    last = i;
    break;
  }
  await callback.onTrainEnd?.({ stopped: stopped ? "it" : undefined }, control);
  return last;
}

const { numbers } = fixtures;
const told = numbers.val_loss.map((_, epoch) =>
  Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, values[epoch]])),
);

describe("earlyStopping", () => {
  test.each(fixtures.stopping)("$options", async ({ options, stopsAfter, bestThen }) => {
    const model = tinyModel(device);
    const callback = callbacks.earlyStopping({
      ...inCamelCase(options),
      restoreBestWeights: true,
    });
    const fill = async (epoch: number) =>
      model.setWeights(
        new Map(
          [...(await model.getWeights())].map(([name, { data, shape }]) => [
            name,
            { data: data.map(() => epoch), shape },
          ]),
        ),
      );
    expect(await tell(callback, model, told, { before: fill })).toBe(stopsAfter);
    expect((await model.getWeights()).get("dense/bias")?.data[0]).toBe(bestThen);
  });
});

describe("reduceLROnPlateau", () => {
  test.each(fixtures.reducing)("$options", async ({ options, rates }) => {
    const model = tinyModel(device);
    model.learningRate = 0.1;
    const seen: number[] = [];
    const callback = callbacks.reduceLROnPlateau(inCamelCase(options));
    await tell(callback, model, told, { after: () => seen.push(model.learningRate) });
    seen.forEach((rate, epoch) => {
      expect(Math.abs(rate / rates[epoch] - 1), `epoch ${epoch}`).toBeLessThan(1e-5);
    });
    expect(seen).toHaveLength(rates.length);
  });
});

describe("csvLogger", () => {
  test.each(fixtures.logs)(
    "$options: writes what Keras writes, without the columns that it guesses and never fills",
    async ({ rows, options, text }) => {
      const file = join(folder, `${fixtures.logs.findIndex((one) => one.text === text)}.csv`);
      const callback = callbacks.csvLogger({ path: file, ...inCamelCase(options) });
      for (const part of rows) await tell(callback, tinyModel(device), part);
      expect(readFileSync(file, "utf8")).toBe(withoutEmptyColumns(text));
    },
  );
});

/** A table of Keras without the columns that hold no number in any epoch. */
function withoutEmptyColumns(text: string): string {
  const rows = text.split("\r\n").map((line) => line.split(","));
  const isFilled = (_: string, column: number) =>
    rows.slice(1, -1).some((fields) => fields[column] !== "NA");
  return rows.map((fields) => fields.filter(isFilled).join(",")).join("\r\n");
}

/** Every hook under Keras's name. */
const hookNames = {
  onTrainBegin: "on_train_begin",
  onEpochBegin: "on_epoch_begin",
  onStepBegin: "on_train_batch_begin",
  onStepEnd: "on_train_batch_end",
  onEpochEnd: "on_epoch_end",
  onTrainEnd: "on_train_end",
  onTestBegin: "on_test_begin",
  onTestStepBegin: "on_test_batch_begin",
  onTestStepEnd: "on_test_batch_end",
  onTestEnd: "on_test_end",
  onPredictBegin: "on_predict_begin",
  onPredictStepBegin: "on_predict_batch_begin",
  onPredictStepEnd: "on_predict_batch_end",
  onPredictEnd: "on_predict_end",
} satisfies Record<Exclude<keyof Callback, "onDivergence" | "epochLogs">, string>;

/** Notes every hook as Keras would name it, steps and epochs from 0, and stops at some of them. */
function noting(notes: string[], stops: readonly string[]): Callback {
  const hooks = Object.entries(hookNames).map(([name, keras]) => {
    const hook = (record: { epoch?: number; step?: number }, control: TrainControl) => {
      const at = keras.includes("epoch") ? record.epoch : record.step;
      const hasPlace = keras.includes("epoch") || keras.includes("batch");
      const place = hasPlace ? `${keras} ${Number(at) - 1}` : keras;
      notes.push(place);
      if (stops.includes(place)) control.stop("enough");
    };
    return [name, hook] as const;
  });
  return Object.fromEntries(hooks);
}

describe("hooks come in Keras's order", () => {
  test.each(fixtures.hooks)("stopped by $stops", async ({ stops, rows, ...expected }) => {
    const model = tinyModel(device);
    const examples = tinyExamples(8);
    const validationData = tinyExamples(4);
    const runs = {
      fit: (callback: Callback) =>
        model.fit(examples, {
          epochs: 2,
          batchSize: 3,
          verbose: 0,
          validationData,
          callbacks: [callback],
        }),
      evaluate: (callback: Callback) =>
        model.evaluate(examples, { batchSize: 3, callbacks: [callback] }),
      predict: (callback: Callback) =>
        model.predict(examples.x, { batchSize: 3, callbacks: [callback] }),
    };
    for (const [name, run] of Object.entries(runs)) {
      const wanted = expected[name as keyof typeof runs];
      if (wanted === undefined) continue;
      const notes: string[] = [];
      const result = await run(noting(notes, stops));
      expect(notes).toEqual(wanted);
      if (name === "predict") expect(result).toMatchObject({ shape: [rows, 3] });
    }
    await model.dispose();
  });
});
