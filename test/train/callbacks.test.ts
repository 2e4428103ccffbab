// What callbacks see of a training run, in which order, and how they end it; what is written meanwhile.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { afterStep, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const examples = tinyExamples(20);
const options = { batchSize: 8, verbose: 0 } as const;

/** A callback that notes all it is told under a name. */
function noting(name: string, notes: string[]): Callback {
  return {
    onTrainBegin: (record) => void notes.push(`${name} begins ${JSON.stringify(record)}`),
    onEpochBegin: ({ epoch }) => void notes.push(`${name} epoch ${epoch} begins`),
    onStepEnd: ({ epoch, step }) => void notes.push(`${name} step ${epoch}.${step}`),
    onEpochEnd: ({ epoch, logs }) =>
      void notes.push(`${name} epoch ${epoch} ends ${Object.keys(logs).join(" ")}`),
    onTrainEnd: ({ stopped }) => void notes.push(`${name} ends ${stopped}`),
  };
}

describe("callbacks", () => {
  test("are called in order, each hook in the order of the list", async () => {
    const notes: string[] = [];
    const model = tinyModel(device);
    await model.fit(examples, {
      ...options,
      epochs: 2,
      validationSplit: 0.2,
      callbacks: [noting("a", notes), noting("b", notes)],
    });
    const begin = '{"epochs":2,"steps":2,"examples":16,"validationExamples":4}';
    const logs = "accuracy loss val_accuracy val_loss learning_rate";
    const both = (line: string) => [`a ${line}`, `b ${line}`];
    expect(notes).toEqual([
      ...both(`begins ${begin}`),
      ...[1, 2].flatMap((epoch) => [
        ...both(`epoch ${epoch} begins`),
        ...both(`step ${epoch}.1`),
        ...both(`step ${epoch}.2`),
        ...both(`epoch ${epoch} ends ${logs}`),
      ]),
      ...both("ends undefined"),
    ]);
    await model.dispose();
  });

  test("add numbers to an epoch before it is counted, and later ones see them", async () => {
    const model = tinyModel(device);
    const measuring: Callback = {
      epochLogs: async ({ epoch, logs }) => ({ val_size: 10 * epoch, before: logs.loss }),
    };
    const doubling: Callback = {
      epochLogs: ({ logs }) => ({ val_twice: 2 * logs.val_size, accuracy: 7 }),
    };
    const ends: (readonly string[])[] = [];
    const watching: Callback = { onEpochEnd: ({ logs }) => void ends.push(Object.keys(logs)) };
    const { history } = await model.fit(examples, {
      ...options,
      epochs: 2,
      callbacks: [watching, measuring, doubling],
    });
    expect(history).toMatchObject({ val_size: [10, 20], val_twice: [20, 40], accuracy: [7, 7] });
    expect(history.before).toEqual(history.loss);
    const keys = ["accuracy", "loss", "val_size", "before", "val_twice", "learning_rate"];
    expect(ends).toEqual([keys, keys]);
    expect(model.progress.history[1].logs).toMatchObject({ val_size: 20, val_twice: 40 });
    await model.dispose();
  });

  test("are waited for", async () => {
    const notes: string[] = [];
    const slow: Callback = {
      async onStepEnd({ step }) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        notes.push(`slow ${step}`);
      },
    };
    const model = tinyModel(device);
    const quick: Callback = { onStepEnd: ({ step }) => void notes.push(`quick ${step}`) };
    await model.fit(examples, { ...options, callbacks: [slow, quick] });
    expect(notes).toEqual(["slow 1", "quick 1", "slow 2", "quick 2", "slow 3", "quick 3"]);
    await model.dispose();
  });

  test("keep what they are themselves: hooks may be methods of a class", async () => {
    class Counter implements Callback {
      epochs = 0;
      onEpochEnd(): void {
        this.epochs++;
      }
    }
    const counter = new Counter();
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 3, callbacks: [counter] });
    expect(counter.epochs).toBe(3);
    await model.dispose();
  });

  test("stop at the end of an epoch: it counts, and no other begins", async () => {
    const notes: string[] = [];
    const stopping: Callback = {
      onEpochEnd({ epoch }, control) {
        if (epoch === 2) control.stop("good enough");
      },
    };
    const model = tinyModel(device);
    const { epochs, stopped } = await model.fit(examples, {
      ...options,
      epochs: 9,
      callbacks: [stopping, noting("a", notes)],
    });
    expect(stopped).toBe("good enough");
    expect(epochs).toHaveLength(2);
    expect(notes.slice(-2)).toEqual([
      "a epoch 2 ends accuracy loss learning_rate",
      "a ends good enough",
    ]);
    await model.dispose();
  });

  test("stop after a step: the epoch ends there, is validated and counts, as in Keras", async () => {
    const notes: string[] = [];
    const stopping: Callback = {
      onStepEnd({ epoch, step }, control) {
        if (epoch === 2 && step === 2) control.stop("enough");
      },
    };
    const model = tinyModel(device);
    const { epochs, stopped } = await model.fit(examples, {
      ...options,
      epochs: 9,
      validationData: tinyExamples(6),
      callbacks: [stopping, noting("a", notes)],
    });
    expect(stopped).toBe("enough");
    expect(epochs).toHaveLength(2);
    expect(model.progress).toMatchObject({ epochs: 2, steps: 0, iterations: 5 });
    expect(notes.slice(-3)).toEqual([
      "a step 2.2",
      "a epoch 2 ends accuracy loss val_accuracy val_loss learning_rate",
      "a ends enough",
    ]);
    await model.dispose();
  });

  test("stop before the first step of an epoch: it does not count", async () => {
    const model = tinyModel(device);
    const { epochs, stopped } = await model.fit(examples, {
      ...options,
      epochs: 3,
      callbacks: [
        {
          onEpochBegin({ epoch }, { stop }) {
            if (epoch === 2) stop("no more");
          },
        },
      ],
    });
    expect([epochs.length, stopped]).toEqual([1, "no more"]);
    await model.dispose();
  });

  test("hear what each step of an evaluation and of a prediction gives", async () => {
    const model = tinyModel(device);
    const seen: number[] = [];
    const logged: unknown[] = [];
    const whole = await model.predict(examples.x, {
      batchSize: 8,
      callbacks: [{ onPredictStepEnd: ({ outputs: [one] }) => void seen.push(...one.data) }],
    });
    expect(seen).toEqual([...whole.data]);
    const numbers = await model.evaluate(examples, {
      batchSize: 8,
      callbacks: [{ onTestStepEnd: ({ logs }) => void logged.push(logs) }],
    });
    expect(logged).toHaveLength(3);
    expect(logged[2]).toEqual(numbers);
    await model.dispose();
  });

  test("stop before the first step: nothing is changed", async () => {
    const model = tinyModel(device);
    const before = await model.getWeights();
    const { epochs, stopped } = await model.fit(examples, {
      ...options,
      callbacks: [{ onTrainBegin: (_, control) => control.stop("not today") }],
    });
    expect([epochs, stopped]).toEqual([[], "not today"]);
    expect(await model.getWeights()).toEqual(before);
    await model.dispose();
  });

  test("a signal that came before stops before the first step", async () => {
    const model = tinyModel(device);
    const before = await model.getWeights();
    const { stopped } = await model.fit(examples, { ...options, signal: AbortSignal.abort() });
    expect(stopped).toBe("interrupted");
    expect(await model.getWeights()).toEqual(before);
    await model.dispose();
  });

  test("the first reason to stop is the one that is told", async () => {
    const model = tinyModel(device);
    const { stopped } = await model.fit(examples, {
      ...options,
      callbacks: [
        { onEpochEnd: (_, control) => control.stop("first") },
        { onEpochEnd: (_, control) => control.stop("second") },
      ],
    });
    expect(stopped).toBe("first");
    await model.dispose();
  });

  test.each([
    "onTrainBegin",
    "onEpochBegin",
    "onStepBegin",
    "onStepEnd",
    "onTestBegin",
    "onTestStepBegin",
    "onTestStepEnd",
    "onTestEnd",
    "epochLogs",
    "onEpochEnd",
    "onTrainEnd",
  ] as const)("that fail in %s fail the run, and the model can be used again", async (hook) => {
    const failing: Callback = {
      [hook]: () => {
        throw new RangeError(`out of ${hook}`);
      },
    };
    const model = tinyModel(device);
    const run = model.fit(examples, {
      ...options,
      validationSplit: 0.25,
      callbacks: [failing],
    });
    await expect(run).rejects.toThrow(new RangeError(`out of ${hook}`));
    await model.fit(examples, options);
    expect(model.progress.epochs).toBe(1);
    await model.dispose();
  });

  test("that fail in a step still hear of the end", async () => {
    const ends: unknown[] = [];
    const model = tinyModel(device);
    const run = model.fit(examples, {
      ...options,
      callbacks: [
        afterStep(2, () => {
          throw new Error("no");
        }),
        { onTrainEnd: (record) => void ends.push(record) },
      ],
    });
    await expect(run).rejects.toThrow("no");
    expect(ends).toEqual([{ stopped: undefined }]);
    await model.dispose();
  });

  test("change the learning rate from the very next step on", async () => {
    const rates = [0.01, 0.01, 0, 0, 0.02, 0.02];
    const model = tinyModel(device, { optimizer: "sgd", rate: 0 });
    const moves: number[] = [];
    let before = (await model.getWeights()).get("dense/bias")?.data as Float32Array;
    model.learningRate = rates[0];
    await model.fit(examples, {
      ...options,
      epochs: 2,
      callbacks: [
        {
          async onStepEnd() {
            const now = (await model.getWeights()).get("dense/bias")?.data as Float32Array;
            moves.push(Math.max(...now.map((value, i) => Math.abs(value - before[i]))));
            before = now;
            model.learningRate = rates[moves.length] ?? 0;
          },
        },
      ],
    });
    expect(moves.map((move) => move > 0)).toEqual(rates.map((rate) => rate > 0));
    await model.dispose();
  });

  test("may put back weights that were better", async () => {
    const model = tinyModel(device);
    const first = await model.getWeights();
    await model.fit(examples, {
      ...options,
      epochs: 2,
      callbacks: [{ onTrainEnd: () => model.setWeights(first) }],
    });
    expect(await model.getWeights()).toEqual(first);
    await model.dispose();
  });

  test("see weights that are theirs: changing a copy changes no model", async () => {
    const [untouched, touched] = [tinyModel(device), tinyModel(device)];
    await untouched.fit(examples, options);
    await touched.fit(examples, {
      ...options,
      callbacks: [
        {
          async onStepEnd() {
            for (const { data } of (await touched.getWeights()).values()) data.fill(9);
            for (const { data } of (await touched.getState()).slots.values()) data.fill(9);
          },
        },
      ],
    });
    expect(await outcomeOf(touched)).toEqual(await outcomeOf(untouched));
    await Promise.all([untouched.dispose(), touched.dispose()]);
  });
});

describe("verbose", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function written(verbose: 0 | 1 | 2): Promise<string> {
    let text = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    const model = tinyModel(device);
    await model.fit(examples, { batchSize: 8, epochs: 2, validationSplit: 0.2, verbose });
    await model.dispose();
    write.mockRestore();
    return text;
  }

  test("0 writes nothing", async () => {
    expect(await written(0)).toBe("");
  });

  test("2 writes a line an epoch, with every number", async () => {
    const lines = (await written(2)).trimEnd().split("\n");
    const number = String.raw`\d\.\d{4}`;
    const names = ["accuracy", "loss", "val_accuracy", "val_loss"];
    const logs = names.map((name) => ` - ${name}: ${number}`).join("");
    expect(lines.filter((line) => new RegExp(`^2/2 .*${logs}`).test(line))).toHaveLength(2);
    expect(lines.filter((line) => /^Epoch [12]\/2$/.test(line))).toHaveLength(2);
  });

  test("1 writes a bar an epoch, and no carriage return where nothing can be drawn over", async () => {
    const text = await written(1);
    expect(text.match(/2\/2 ━+ .*ms\/step|2\/2 ━+ .*us\/step/g)).toHaveLength(2);
    if (!process.stdout.isTTY) expect(text).not.toContain("\r");
  });
});
