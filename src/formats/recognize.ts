// What a file looks like, for errors: people give a framework the file of another one, a text, or what is
// left of a failed download. Knows signatures, and nothing of what follows them.

import { FormatError } from "../core/errors.ts";

/** What a file is, and what to do with it. */
export interface Likeness {
  /** What is wrong with it, as a clause: "it looks like a PNG picture". */
  readonly why: string;
  readonly fix: string;
}

/** The kinds of files that Fovea reads. */
export type ReadableKind = "safetensors" | "zip" | "HDF5" | "JSON" | "PyTorch";

interface Signature extends Likeness {
  matches(bytes: Uint8Array): boolean;
  /** Where Fovea reads such files. */
  readonly kind?: ReadableKind;
}

/** How many bytes are looked at as text. */
const textBytes = 512;

const startsWith =
  (...start: readonly number[]) =>
  (bytes: Uint8Array) =>
    bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);

const textOf = (bytes: Uint8Array, start = 0, end = textBytes) =>
  new TextDecoder("latin1").decode(bytes.subarray(start, end));

const startsWithText = (text: string) => (bytes: Uint8Array) =>
  textOf(bytes, 0, text.length) === text;

const isZip = startsWith(0x50, 0x4b, 0x03, 0x04);
/** PyTorch keeps `name/data.pkl` first in its archives. */
const isTorchZip = (bytes: Uint8Array) => isZip(bytes) && textOf(bytes).includes("data.pkl");
/** A pickle of protocol 2 to 5. */
const isPickle = (bytes: Uint8Array) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
/** Its first field is a version, the second the name of what wrote it, or its graph. */
const isOnnx = (bytes: Uint8Array) =>
  bytes[0] === 0x08 && bytes[1] >= 2 && bytes[1] <= 30 && [0x12, 0x1a, 0x3a].includes(bytes[2]);
const isSavedModel = startsWith(0x08, 0x01, 0x12);
/** Its first field is a node, whose first field is a name. */
const isGraphDef = (bytes: Uint8Array) =>
  bytes[0] === 0x0a && [2, 3].some((at) => bytes[at] === 0x0a) && !isText(bytes);
/** A length below 100 MB, then JSON. */
const isSafetensors = (bytes: Uint8Array) =>
  bytes.length > 8 && bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);

/** Whether the first bytes are text in UTF-8, without control characters. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  try {
    // The last character may be cut off.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, textBytes), {
      stream: true,
    });
    return [...text].every((character) => character >= " " || "\t\n\r\f".includes(character));
  } catch {
    return false;
  }
}

const isHtml = (bytes: Uint8Array) => /^\s*(<!doctype html|<html)/i.test(textOf(bytes));
const isJson = (bytes: Uint8Array) => isText(bytes) && /^\uFEFF?\s*[{[]/.test(textOf(bytes));

const again = "Download or save the file again.";
const toLoadWeights =
  "It holds weights and no model: make the model and call model.loadWeights(path).";

/** The first that matches says what a file looks like. */
const signatures: readonly Signature[] = [
  { matches: ({ length }) => length === 0, why: "it is empty", fix: again },
  {
    // First of all: its length may begin as anything.
    matches: isSafetensors,
    why: "it looks like a safetensors file",
    fix: "Give it the file extension .safetensors.",
    kind: "safetensors",
  },
  {
    matches: startsWithText("version https://git-lfs.github.com/spec/"),
    why: "it looks like a pointer of Git LFS, not the file itself",
    fix: "Run git lfs pull in that repository.",
  },
  {
    matches: isHtml,
    why: "it looks like a web page: a download that failed",
    fix: "Download the file itself; look at the page to see what went wrong.",
  },
  {
    matches: startsWith(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a),
    why: "it looks like an HDF5 file",
    fix: "If it is a Keras model, give it the file extension .h5.",
    kind: "HDF5",
  },
  {
    matches: isTorchZip,
    why: "it looks like a PyTorch file (.pt, .pth)",
    fix: toLoadWeights,
    kind: "PyTorch",
  },
  {
    matches: isZip,
    why: "it looks like a zip archive",
    fix: "If it is a Keras model, give it the file extension .keras. Otherwise unpack it.",
    kind: "zip",
  },
  {
    matches: isPickle,
    why: "it looks like a Python pickle, as old PyTorch files are",
    fix: toLoadWeights,
    kind: "PyTorch",
  },
  {
    matches: (bytes) => textOf(bytes, 4, 8) === "TFL3",
    why: "it looks like a TensorFlow Lite model",
    fix: "Export the original Keras model as .keras; Fovea does not read .tflite files.",
  },
  {
    matches: isSavedModel,
    why: "it looks like a SavedModel of TensorFlow",
    fix: "Load it in Keras and save it as .keras; Fovea does not read .pb files.",
  },
  {
    matches: isOnnx,
    why: "it looks like an ONNX model",
    fix: "Export the original model as .keras or .safetensors; Fovea does not read .onnx files.",
  },
  {
    matches: isGraphDef,
    why: "it looks like a graph of TensorFlow (.pb)",
    fix: "Save the original model as .keras; Fovea does not read .pb files.",
  },
  {
    matches: startsWithText("GGUF"),
    why: "it looks like a GGUF file of a language model",
    fix: "Fovea reads networks of images; choose another file.",
  },
  {
    matches: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59),
    why: "it looks like a NumPy array (.npy)",
    fix: "Write the weights with safetensors.numpy.save_file.",
  },
  {
    matches: startsWith(0x1f, 0x8b),
    why: "it looks like a file packed by gzip",
    fix: "Unpack it first.",
  },
  {
    matches: (bytes) => textOf(bytes, 257, 262) === "ustar",
    why: "it looks like a tar archive",
    fix: "Unpack it first.",
  },
  {
    matches: startsWith(0x89, 0x50, 0x4e, 0x47),
    why: "it looks like a PNG picture",
    fix: "Give the path of a model.",
  },
  {
    matches: startsWith(0xff, 0xd8, 0xff),
    why: "it looks like a JPEG picture",
    fix: "Give the path of a model.",
  },
  {
    matches: startsWithText("%PDF-"),
    why: "it looks like a PDF document",
    fix: "Give the path of a model.",
  },
  {
    matches: isJson,
    why: "it looks like a JSON text",
    fix: "If it is a TensorFlow.js model, give it the file extension .json.",
    kind: "JSON",
  },
  {
    matches: isText,
    why: "it looks like a text file",
    fix: "Use the path of a model file: .safetensors, .keras, .h5 or model.json.",
  },
];

/** What `bytes` look like; undefined where they look like nothing that is known. */
export function recognize(bytes: Uint8Array): Likeness | undefined {
  return signatures.find(({ matches }) => matches(bytes));
}

/** The kind of file that Fovea reads and `bytes` are; undefined where they are none. */
export function recognizedKind(bytes: Uint8Array): ReadableKind | undefined {
  return signatures.find(({ matches }) => matches(bytes))?.kind;
}

/**
 * Passes over what may be a file of the kind `expected`, damaged or not.
 *
 * @throws FormatError where `bytes` are recognized as something else; `file` is the name that it is called by.
 */
export function requireKind(bytes: Uint8Array, file: string, expected: ReadableKind): void {
  const found = signatures.find(({ matches }) => matches(bytes));
  if (found === undefined || found.kind === expected) return;
  const { name, description } = kinds[expected];
  throw new FormatError({
    what: `${file} is not a sound ${name}: ${found.why}.`,
    expected: description,
    received: shownBytes(bytes),
    fix: found.fix,
  });
}

const kinds: Readonly<
  Record<ReadableKind, { readonly name: string; readonly description: string }>
> = {
  safetensors: {
    name: "safetensors file",
    description: "a safetensors file, as saveModel writes it",
  },
  zip: { name: "zip archive", description: "a .keras file, which is a zip archive" },
  HDF5: { name: "HDF5 file", description: "an HDF5 file as Keras writes it" },
  PyTorch: {
    name: "PyTorch file",
    description: "a file that torch.save has written",
  },
  JSON: {
    name: "model of TensorFlow.js",
    description: "JSON, as TensorFlow.js writes model.json",
  },
};

/** The first bytes, as text where they are text. */
function shownBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "0 bytes";
  if (isText(bytes)) return JSON.stringify(textOf(bytes, 0, 40).replaceAll(/\s+/g, " ").trim());
  const some = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${bytes.length} bytes that begin with ${some.join(" ")}`;
}
