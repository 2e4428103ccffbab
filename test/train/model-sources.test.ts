// Models as bytes, and from wherever bytes come: a path, a URL, a Blob, an array, several files by name.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decodeModel,
  encodeModel,
  encodeWeights,
  layers,
  loadModel,
  type ModelSource,
  saveModel,
  sequential,
} from "../../src/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-sources-"));
const at = (name: string) => join(folder, name);
let device: Device;
let server: Server;
let address: string;

beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  server = createServer(({ url = "/" }, response) => {
    try {
      const { pathname } = new URL(url, "http://localhost");
      response.end(readFileSync(at(decodeURIComponent(pathname.slice(1)))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await device.close();
  rmSync(folder, { recursive: true });
});

function small() {
  const made = sequential(
    [
      layers.dense({ units: 4, activation: "relu", inputShape: [3] }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { device, seed: 3 },
  );
  return made.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["auc"] });
}

const onWarning = () => undefined;

/** What a source comes back as. */
async function weightsFrom(source: ModelSource) {
  return (await loadModel(source, { device, onWarning })).model.getWeights();
}

describe.each(["safetensors", "keras", "h5"] as const)("a model as %s", (format) => {
  test("is the bytes that saveModel writes", async () => {
    const path = at(`model.${format}`);
    const classNames = ["no", "yes"];
    await saveModel(small(), path, { classNames });
    const bytes = await encodeModel(small(), { format, classNames });
    expect(Buffer.from(bytes).equals(readFileSync(path))).toBe(true);
  });

  test("comes back from its bytes, recognized by how they begin", async () => {
    const bytes = await encodeModel(small(), { format });
    const { model } = await decodeModel(bytes, { device });
    expect(await model.getWeights()).toEqual(await small().getWeights());
    expect(model.settings?.heads[0].metrics[0].kind).toBe("auc");
  });

  test("comes back from a path, URLs, a Blob and a buffer", async () => {
    const path = at(`anywhere.${format}`);
    await saveModel(small(), path);
    const bytes = new Uint8Array(readFileSync(path));
    const data = Buffer.from(bytes).toString("base64");
    const sources: readonly ModelSource[] = [
      path,
      pathToFileURL(path),
      pathToFileURL(path).href,
      `${address}/anywhere.${format}`,
      new URL(`${address}/anywhere.${format}?signature=a.json`),
      `data:application/octet-stream;base64,${data}`,
      new Blob([bytes]),
      new File([bytes], "chosen"),
      bytes,
      bytes.buffer,
      new Map([["model", bytes]]),
    ];
    for (const source of sources) {
      expect(await weightsFrom(source)).toEqual(await small().getWeights());
    }
  });
});

describe("a model of TensorFlow.js", () => {
  test("is several files by name, shards first", async () => {
    const files = await encodeModel(small(), { format: "json", training: true });
    expect([...files.keys()]).toEqual([
      expect.stringMatching(/^weights-[0-9a-f]{8}-shard1of1\.bin$/),
      "model.json",
    ]);
    const { model } = await decodeModel(files, { device });
    expect(await model.getWeights()).toEqual(await small().getWeights());
    expect(model.settings?.heads[0].metrics[0].kind).toBe("auc");
  });

  test("comes back from a path and from a URL, with the shards beside it", async () => {
    await saveModel(small(), at("web.json"));
    for (const source of [at("web.json"), pathToFileURL(at("web.json")), `${address}/web.json`]) {
      expect(await weightsFrom(source)).toEqual(await small().getWeights());
    }
  });

  test("without its shards says which file it lacks, and how to give it", async () => {
    const files = await encodeModel(small(), { format: "json" });
    const json = files.get("model.json") as Uint8Array<ArrayBuffer>;
    const message = /lacks its file weights-[0-9a-f]{8}-shard1of1\.bin[\s\S]*one Map/;
    await expect(decodeModel(json)).rejects.toThrow(message);
    await expect(loadModel(new File([json], "model.json"))).rejects.toThrow(message);
    await expect(decodeModel(new Map([["model.json", json]]))).rejects.toThrow(message);
    await expect(
      decodeModel(
        new Map([
          ["a.bin", json],
          ["b.bin", json],
        ]),
      ),
    ).rejects.toThrow(/None of the files is a model/);
  });
});

describe("what is no model", () => {
  test("says what it looks like, by the name that it has", async () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    await expect(decodeModel(png)).rejects.toThrow(/^The file is .*PNG picture/);
    await expect(decodeModel(png, { name: "cat.keras" })).rejects.toThrow(/^cat\.keras is/);
    await expect(loadModel(new File([png], "cat.png"))).rejects.toThrow(/^cat\.png is/);
    await expect(decodeModel(Uint8Array.of(1, 2, 3))).rejects.toThrow(/no kind that Fovea reads/);
    await expect(decodeModel(new Uint8Array())).rejects.toThrow(/empty/);
  });

  test("is refused where the server has no such file", async () => {
    const missing = `${address}/missing.keras`;
    await expect(loadModel(missing)).rejects.toThrow(/missing\.keras could not be read[\s\S]*404/);
  });

  test.each([undefined, null, 3, {}, []])("is refused as a source: %j", async (source) => {
    await expect(loadModel(source as unknown as string)).rejects.toThrow(/a path, a URL, a Blob/);
  });

  test("is no format", async () => {
    const format = "onnx" as "keras";
    await expect(encodeModel(small(), { format })).rejects.toThrow(/safetensors, keras, h5, json/);
  });
});

test.each(["safetensors", "weights.h5", "h5"] as const)(
  "weights as %s are the bytes that saveWeights writes",
  async (format) => {
    await small().saveWeights(at(`alone.${format}`));
    const bytes = await encodeWeights(small(), { format });
    expect(Buffer.from(bytes).equals(readFileSync(at(`alone.${format}`)))).toBe(true);
    const whole = "keras" as "h5";
    await expect(encodeWeights(small(), { format: whole })).rejects.toThrow(/no such format/);
  },
);

test("options that do not exist are refused, with the closest name", async () => {
  const save = { class_names: ["a"] } as object;
  await expect(saveModel(small(), at("o.keras"), save)).rejects.toThrow(
    /did you mean "classNames"/,
  );
  await expect(encodeModel(small(), save)).rejects.toThrow(
    /encodeModel has no option "class_names"/,
  );
  const load = { custom_layers: {} } as object;
  await expect(loadModel(at("model.keras"), load)).rejects.toThrow(/did you mean "customLayers"/);
  const skip = { skip_mismatch: true } as object;
  await expect(small().loadWeights(at("model.keras"), skip)).rejects.toThrow(/"skipMismatch"/);
});

test("weights come from the same sources", async () => {
  await small().saveWeights(at("w.weights.h5"));
  await small().saveWeights(at("w.h5"));
  await small().saveWeights(at("w.safetensors"));
  await saveModel(small(), at("w.keras"));
  for (const name of ["w.weights.h5", "w.h5", "w.safetensors", "w.keras"]) {
    const bytes = new Uint8Array(readFileSync(at(name)));
    for (const source of [
      pathToFileURL(at(name)),
      `${address}/${name}`,
      new Blob([bytes]),
      bytes,
    ]) {
      const made = sequential(
        [layers.dense({ units: 4, inputShape: [3] }), layers.dense({ units: 2 })],
        { device, seed: 9 },
      );
      await made.loadWeights(source);
      const [first, second] = [await made.getWeights(), await small().getWeights()];
      expect(first).toEqual(second);
    }
  }
});
