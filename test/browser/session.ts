// What the browser test does, in the page and in Node: train, save, load, explain an error, show progress.
// It imports nothing but the package.

import {
  type DeviceOptions,
  decodeImage,
  decodeModel,
  describeDevice,
  encodeImage,
  encodeModel,
  model as functional,
  ImageError,
  images,
  layers,
  loadModel,
  openDevice,
  readImage,
  saveModel,
  sequential,
  tensor,
  zoo,
} from "fovea";

/** What a session came to. */
export interface SessionResult {
  /** Such as `wasm, 2 threads`. */
  readonly device: string;
  readonly losses: readonly number[];
  /** All weights after training, as bits. */
  readonly bits: readonly number[];
  /** Whether the model comes back from its bytes, a Blob, a URL and a file with the same predictions. */
  readonly returns: Readonly<Record<string, boolean>>;
  /** The message of a mistake. */
  readonly error: string;
  /** Lines that showed the progress. */
  readonly progress: readonly string[];
}

const [rows, side, classes] = [64, 8, 3];

function examples() {
  const pixels = Float32Array.from(
    { length: rows * side * side },
    (_, i) => ((i * 37) % 101) / 101,
  );
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  return { x: tensor(pixels, [rows, side, side, 1]), y: tensor(labels, [rows]) };
}

/** Runs a session with at most `threads` threads. */
export async function runSession(threads: number): Promise<SessionResult> {
  const device = await openDevice({ target: "wasm", threads });
  const model = sequential(
    [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [side, side, 1] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.25 }),
      layers.flatten(),
      layers.dense({ units: classes, activation: "softmax" }),
    ],
    { seed: 7, device },
  );
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const { x, y } = examples();
  const progress: string[] = [];
  const log = console.log;
  console.log = (...parts: unknown[]) => progress.push(parts.join(" "));
  const { history } = await model.fit({ x, y }, { epochs: 3, batchSize: 16, verbose: 2 });
  console.log = log;

  const wanted = await model.predict(x);
  const isSame = async (load: () => Promise<{ readonly model: typeof model }>) => {
    const { model: again } = await load();
    const got = await again.predict(x);
    return got.data.every((value, i) => value === wanted.data[i]);
  };
  const bytes = await encodeModel(model);
  await saveModel(model, "session.safetensors");
  const returns = {
    bytes: await isSame(() => decodeModel(bytes, { device })),
    blob: await isSame(() => loadModel(new Blob([bytes as Uint8Array<ArrayBuffer>]), { device })),
    file: await isSame(() => loadModel("session.safetensors", { device })),
  };
  const weights = await model.getWeights();
  const bits = [...weights.values()].flatMap(({ data }) => [
    ...new Int32Array(data.slice().buffer),
  ]);
  const error = await model
    .predict(tensor(new Float32Array(12), [1, 12]))
    .then(() => "no error")
    .catch((cause: Error) => `${cause.name}: ${cause.message}`);
  await device.close();
  return { device: describeDevice(device), losses: history.loss, bits, returns, error, progress };
}

/**
 * How often a page gets its turn while the training step of the mnist network is compiled: each of them is
 * a message that the compiler waits for.
 */
export async function turnsWhileCompiling(threads: number): Promise<number> {
  const device = await openDevice({ target: "wasm", threads });
  const net = functional(await zoo.build("mnist"), { device });
  net.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await net.getWeights();
  let turns = 0;
  const { MessageChannel: Channel } = globalThis;
  globalThis.MessageChannel = class extends Channel {
    constructor() {
      super();
      turns++;
    }
  };
  const load = device.load.bind(device);
  device.load = async (...given) => {
    const executable = await load(...given);
    globalThis.MessageChannel = Channel;
    return executable;
  };
  const x = tensor(new Float32Array(128 * 28 * 28), [128, 28, 28, 1]);
  const y = tensor(new Int32Array(128), [128]);
  await net.fit({ x, y }, { batchSize: 128, epochs: 1, verbose: 0 });
  await device.close();
  return turns;
}

/** The device that opens with `options`, and whether it computes; or the error that says why not. */
export async function tryDevice(options: DeviceOptions): Promise<string> {
  try {
    const device = await openDevice(options);
    const line = describeDevice(device);
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 1, device });
    const { shape } = await model.predict(tensor(new Float32Array(6), [2, 3]));
    await device.close();
    return `${line}: ${shape}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** What became of pictures. */
export interface PictureResult {
  /** Pixels of a PNG that was written and read, and those of it resized. */
  readonly pixels: readonly number[];
  readonly resized: readonly number[];
  /** The largest difference of a JPEG and a WebP from what was written. */
  readonly losses: readonly number[];
  /** Transparency over white, and in four channels. */
  readonly transparent: readonly number[];
  /** Why broken pictures were refused. */
  readonly reasons: readonly string[];
  /** What a model predicts of a picture in a Blob. */
  readonly predicted: readonly number[];
  /** Dark pixels of a label. */
  readonly ink: number;
}

const smooth = (channels: number) =>
  Uint8Array.from({ length: 16 * 24 * channels }, (_, i) => {
    const [x, c] = [Math.floor(i / channels) % 24, i % channels];
    return c === 3 ? (x < 12 ? 255 : 0) : 40 + 6 * x + 20 * c;
  });

/** Writes, reads, resizes, predicts and draws pictures. */
export async function tryPictures(): Promise<PictureResult> {
  const colour = tensor(smooth(3), [16, 24, 3]);
  const png = await encodeImage(colour, "png");
  const far = async (format: "jpeg" | "webp") => {
    const { data } = await decodeImage(await encodeImage(colour, format));
    return data.reduce((most, value, i) => Math.max(most, Math.abs(value - colour.data[i])), 0);
  };
  const clear = await encodeImage(tensor(smooth(4), [16, 24, 4]), "png");
  const [over, kept] = [await decodeImage(clear), await decodeImage(clear, { channels: 4 })];
  const reasonOf = (bytes: Uint8Array) =>
    decodeImage(bytes).then(
      () => "none",
      (error) => (error instanceof ImageError ? error.reason : String(error)),
    );
  const jpeg = await encodeImage(colour, "jpeg");
  const cut = [png, jpeg].map((bytes) => bytes.subarray(0, bytes.length - 20));
  const broken = [new Uint8Array(0), new TextEncoder().encode("text"), ...cut];
  const blob = new Blob([Uint8Array.from(png)]);
  const model = sequential([layers.identity({ inputShape: [2, 2, 3] })]);
  const predicted = await model.predict(blob);
  await model.dispose();
  const sheet = await images.contactSheet(colour, { labels: ["label"], tile: [16, 64], gap: 0 });
  const ink = sheet.data.subarray(16 * 64 * 3).filter((value) => value < 100).length;
  return {
    pixels: Array.from((await readImage(blob)).data),
    resized: Array.from((await readImage(blob, { size: [7, 9], resize: "cover" })).data),
    losses: [await far("jpeg"), await far("webp")],
    transparent: [...over.data.slice(-6), ...kept.data.slice(0, 8)],
    reasons: await Promise.all(broken.map(reasonOf)),
    predicted: Array.from(predicted.data),
    ink,
  };
}
