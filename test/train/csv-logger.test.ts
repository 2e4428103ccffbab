// The table of csvLogger: its columns are what was reported, wherever a number first appears, and its file is whole.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import type { Logs } from "../../src/train/events.ts";
import { Watchers } from "../../src/train/watchers.ts";
import { tinyModel } from "./tiny.ts";

let device: Device;
let folder: string;
let path: string;
beforeAll(() => {
  device = new InterpreterDevice();
  folder = mkdtempSync(join(tmpdir(), "fovea-csv-"));
});
beforeEach(() => {
  path = join(folder, "log.csv");
  rmSync(path, { force: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

/** Lets a logger hear of a run whose epochs report these numbers, after `finished` others; what the file says then. */
async function logged(
  epochs: readonly Logs[],
  { finished = 0, ...options }: { finished?: number; append?: boolean; separator?: string } = {},
): Promise<string> {
  const run = tinyModel(device);
  await run.setState({
    ...(await run.getState()),
    progress: { ...run.progress, epochs: finished },
  });
  const logger = callbacks.csvLogger({ path, ...options });
  const watchers = new Watchers([logger], { model: run, restore: async () => {} });
  const size = { steps: 1, examples: 1, validationExamples: 0 };
  await watchers.notify("onTrainBegin", { epochs: finished + epochs.length, ...size });
  for (const [i, logs] of epochs.entries()) {
    await watchers.notify("onEpochEnd", { epoch: finished + i + 1, seconds: 0, logs });
  }
  return readFileSync(path, "utf8").replaceAll("\r\n", "\n");
}

describe("the columns", () => {
  test("are the numbers that are reported, and no others", async () => {
    expect(await logged([{ loss: 1.5, learning_rate: 0.1 }])).toBe(
      "epoch,learning_rate,loss\n0,0.1,1.5\n",
    );
  });

  test("grow by what is first reported later, and every number stays under its name", async () => {
    const text = await logged([{ loss: 3 }, { loss: 2 }, { loss: 1, val_loss: 4, a: 5 }]);
    expect(text).toBe("epoch,loss,a,val_loss\n0,3,NA,NA\n1,2,NA,NA\n2,1,5,4\n");
  });

  test("of a file that is continued with other numbers are those of both", async () => {
    await logged([{ loss: 2, mae: 3 }]);
    const text = await logged([{ loss: 1, val_loss: 4 }], { append: true });
    expect(text).toBe("epoch,loss,mae,val_loss\n0,2,3,NA\n0,1,NA,4\n");
  });

  test("are the same when the run is resumed before or after a number first appears", async () => {
    const epochs = [{ loss: 3 }, { loss: 2 }, { loss: 1, val_loss: 4 }];
    const straight = await logged(epochs);
    for (const finished of [1, 2]) {
      await logged(epochs.slice(0, finished + 1));
      expect(await logged(epochs.slice(finished), { finished })).toBe(straight);
    }
  });

  test("may have names with separators, quotes and line breaks", async () => {
    const odd = { 'a,"b"': 1, "c\nd": 2, "": 3 };
    await logged([odd]);
    const text = await logged([odd], { append: true });
    expect(text).toBe('epoch,,"a,""b""","c\nd"\n0,3,1,2\n0,3,1,2\n');
  });
});

describe("a file that is continued", () => {
  test("keeps lines that others wrote with plain line feeds", async () => {
    writeFileSync(path, "epoch,loss\n0,2\n1,1");
    expect(await logged([{ loss: 0 }], { append: true })).toBe("epoch,loss\n0,2\n1,1\n0,0\n");
  });

  test("loses a last line that a kill has cut off", async () => {
    writeFileSync(path, "epoch,accuracy,loss\r\n0,0.5,2\r\n1,0.");
    const text = await logged([{ loss: 1, accuracy: 1 }], { finished: 1 });
    expect(text).toBe("epoch,accuracy,loss\n0,0.5,2\n1,1,1\n");
  });

  test.each([
    ["of another separator", "epoch;loss\r\n0;1\r\n"],
    ["whose lines are of other lengths", "epoch,loss\r\n0,1,2\r\n"],
    ["that is no table of epochs", "Dear diary,\nhello\n"],
    ["with a column twice", "epoch,loss,loss\r\n0,1,2\r\n"],
  ])("and is one %s is refused and left as it is", async (_, text) => {
    writeFileSync(path, text);
    const attempt = logged([{ loss: 1 }], { append: true });
    await expect(attempt).rejects.toThrow(FormatError);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

test("the file is replaced whole, and nothing is left beside it", async () => {
  await logged([{ loss: 2 }, { loss: 1 }]);
  expect(readdirSync(folder)).toEqual(["log.csv"]);
});

test("a separator that could not be told from the fields is refused", () => {
  for (const separator of ["", '"', "\n"]) {
    expect(() => callbacks.csvLogger({ path, separator })).toThrow(ConfigError);
  }
});
