// The table of files that hold models or weights: one row each. What reads and writes them is
// loaded when it is needed.

import { requirePath } from "../core/option.ts";
import { longestJson } from "../formats/json.ts";
import { type ReadableKind, recognizedKind, requireKind } from "../formats/recognize.ts";
import type { ModelFormat, WeightsFormat } from "./file-format.ts";
import { refuse } from "./refuse.ts";

/** A kind of file. */
interface FileFormat {
  /** File extensions in lower case; the first one is the usual one. */
  readonly extensions: readonly string[];
  /** What its first bytes are. */
  readonly kind: ReadableKind;
  /** The largest file that is read. Default: 2 GiB. */
  readonly maximumBytes?: number;
  /** Whether weights are written in it without their model. */
  readonly writesWeights: boolean;
  /** Absent where it holds no models. */
  readonly model?: () => Promise<ModelFormat>;
  /** Absent where weights are not read from it alone. */
  readonly weights?: () => Promise<WeightsFormat>;
}

const kerasWeights = () => import("./keras/weights-formats.ts");

export const fileFormats = {
  /** Fovea's own, the only one that keeps everything. */
  safetensors: {
    extensions: [".safetensors"],
    kind: "safetensors",
    writesWeights: true,
    model: async () => (await import("./safetensors/model.ts")).safetensorsModel,
    weights: async () => (await import("./safetensors/weights.ts")).safetensorsWeights,
  },
  /** Keras 3. */
  keras: {
    extensions: [".keras"],
    kind: "zip",
    writesWeights: false,
    model: async () => (await import("./keras/keras-archive.ts")).kerasArchive,
    weights: async () => (await kerasWeights()).archivedWeights,
  },
  /** Weights alone, as Keras 3 writes them. */
  "weights.h5": {
    extensions: [".weights.h5"],
    kind: "HDF5",
    writesWeights: true,
    weights: async () => (await kerasWeights()).folderWeights,
  },
  /** Keras 2. */
  h5: {
    extensions: [".h5", ".hdf5"],
    kind: "HDF5",
    writesWeights: true,
    model: async () => (await import("./keras/h5-model.ts")).h5Model,
    weights: async () => (await kerasWeights()).h5Weights,
  },
  /** PyTorch: weights alone. */
  torch: {
    extensions: [".pth", ".pt"],
    kind: "PyTorch",
    writesWeights: false,
    weights: async () => (await import("./torch/weights.ts")).torchWeights,
  },
  /** TensorFlow.js: a `model.json`, with shards beside it. */
  json: {
    extensions: [".json"],
    kind: "JSON",
    maximumBytes: longestJson,
    writesWeights: false,
    model: async () => (await import("./tensorflow-js/model.ts")).tensorflowJsModel,
    weights: async () => (await import("./tensorflow-js/model.ts")).tensorflowJsWeights,
  },
} as const satisfies Readonly<Record<string, FileFormat>>;

type Name = keyof typeof fileFormats;

/** The kinds of files that hold whole models. */
export type ModelFormatName = Exclude<Name, "weights.h5" | "torch">;

/** The kinds of files in which weights are written without their model. */
export type WeightsFormatName = "safetensors" | "weights.h5" | "h5";

/** What a file may be for. */
type Purpose = "model" | "weights" | "writesWeights";

const rows = Object.entries(fileFormats) as readonly (readonly [Name, FileFormat])[];

/** The extensions of all kinds of files with that purpose. */
const extensionsFor = (purpose: Purpose) =>
  rows.filter(([, row]) => row[purpose]).flatMap(([, { extensions }]) => extensions);

/**
 * The kind whose extension `path` has, the longest that fits; undefined where it has none of them.
 */
function named(path: string): Name | undefined {
  const lower = path.toLowerCase();
  const fits = ({ extensions }: FileFormat) => extensions.filter((one) => lower.endsWith(one));
  const found = rows.flatMap(([name, row]) => fits(row).map(({ length }) => ({ name, length })));
  return found.sort((a, b) => b.length - a.length)[0]?.name;
}

/** The file extension of `path`, or that it has none. */
const extensionOf = (path: string) =>
  /[^\\/.]\.([^\\/.]+)$/.exec(path)?.[0].slice(1) ?? "none of them";

/**
 * The kind of model file that `path` will be.
 *
 * @throws FormatError where its extension names none: a model in a file of the wrong name is lost
 * to others.
 */
export function writtenFormatOf(path: string): ModelFormatName {
  requirePath("Where to save a model", path);
  return (
    modelFormatOf(path) ??
    refuse({
      what: `The file extension of ${path} does not say what kind of file to write.`,
      expected: extensionsFor("model").join(", "),
      received: extensionOf(path),
      fix: "Use one of these file extensions.",
    })
  );
}

/** The kind of model file that `path` names; undefined where its extension is that of none. */
export function modelFormatOf(path: string): ModelFormatName | undefined {
  requirePath("The file of a model", path);
  const name = named(path);
  if (name !== "weights.h5" && name !== "torch") return name;
  return refuse({
    what: `${path} is the name of a file of weights, which holds no model.`,
    expected: extensionsFor("model").join(", "),
    received: extensionOf(path),
    fix: "Make the model and call model.loadWeights, or use another name.",
  });
}

/** @throws FormatError where `format` is no kind of file for that; `call` is what was called. */
export function requireFormat(
  call: string,
  format: string,
  purpose: "model" | "writesWeights",
): void {
  const names = rows.filter(([, row]) => row[purpose]).map(([name]) => name);
  if (names.some((name) => name === format)) return;
  refuse({
    what: `${call}: There is no such format.`,
    expected: names.join(", "),
    received: format,
  });
}

/**
 * The kind of model file that begins with `bytes`.
 *
 * @throws FormatError where it is none, which says what it looks like; `file` is what errors call
 * it.
 */
export function recognizedModelFormat(bytes: Uint8Array, file: string): ModelFormatName {
  const kind = recognizedKind(bytes);
  const found = rows.find(([, row]) => row.kind === kind && row.model !== undefined);
  return (found?.[0] as ModelFormatName | undefined) ?? refuseBytes(bytes, file);
}

/**
 * The kind of file that begins with `bytes` and holds weights. @throws FormatError where it is
 * none.
 */
export function recognizedWeightsFormat(bytes: Uint8Array, file: string): Name {
  const kind = recognizedKind(bytes);
  const found = rows.find(([, row]) => row.kind === kind && row.weights !== undefined);
  return found?.[0] ?? refuseBytes(bytes, file);
}

function refuseBytes(bytes: Uint8Array, file: string): never {
  requireKind(bytes, file, "safetensors");
  return refuse({
    what: `${file} is of no kind that Fovea reads.`,
    expected: extensionsFor("model").join(", "),
    received: `${bytes.length} bytes that begin as no file that is known`,
  });
}

/**
 * Whether `text` is a path or an address rather than a name: it has a folder, or the extension of a
 * file.
 */
export function isPathOfWeights(text: string): boolean {
  return typeof text === "string" && (/[\\/]/.test(text) || named(text) !== undefined);
}

/** What reads and writes weights in that kind of file. */
export const weightsFormat = (name: Name): Promise<WeightsFormat> => fileFormats[name].weights();

/**
 * The kind of `path`, to read weights from. @throws FormatError where its extension names no file
 * that holds them.
 */
export function weightsFormatOf(path: string): Name {
  requirePath("The file of weights", path);
  return (
    named(path) ??
    refuse({
      what: `The file extension of ${path} names no kind of file that holds weights.`,
      expected: extensionsFor("weights").join(", "),
      received: extensionOf(path),
      fix: "For a whole model use saveModel and loadModel; else use one of these file extensions.",
    })
  );
}

/**
 * The kind of file in which `path` will hold weights. @throws FormatError where it would be a
 * model.
 */
export function writtenWeightsFormatOf(path: string): WeightsFormatName {
  const name = weightsFormatOf(path);
  if (fileFormats[name].writesWeights) return name as WeightsFormatName;
  const expected = extensionsFor("writesWeights").join(", ");
  if (name === "torch") {
    return refuse({
      what: `${path} would be a file of PyTorch, which is read and not written.`,
      expected,
      received: extensionOf(path),
      fix: 'Save "weights.safetensors" with { names: "torch" }.',
    });
  }
  return refuse({
    what: `${path} would be a whole model, not weights alone.`,
    expected,
    received: extensionOf(path),
    fix: "Use saveModel, or one of these file extensions.",
  });
}
