// Where the weights lie in a file of PyTorch: checkpoints have them beside much else, under names
// that are usual. Knows no layer.

import type { Tensor } from "../../core/tensor.ts";
import { asKind, type PickleDictionary, type PickleTensor } from "../../formats/pickle-values.ts";
import { openTorchFile } from "../../formats/torch-file.ts";
import { refuse } from "../refuse.ts";

/** Parameters by name, in the file's order. Their numbers are read when they are asked for. */
export type StateDictionary = ReadonlyMap<string, () => Tensor>;

/** What checkpoints call their weights, the best first. */
const usualKeys = [
  "state_dict",
  "model_state_dict",
  "model",
  "state_dict_ema",
  "model_ema",
  "net",
  "network",
  "params",
  "weights",
];

/** What wrappers put before every name. */
const wrappers = ["module.", "_orig_mod.", "model."];

/**
 * The weights in the bytes of a `.pth` or `.pt` file.
 *
 * @throws FormatError where it is damaged or hostile, or holds none.
 */
export function stateDictionaryIn(bytes: Uint8Array, file: string): StateDictionary {
  const { value, read } = openTorchFile(bytes, file);
  const top = asKind(value, "dictionary");
  const tensors = top === undefined ? new Map<string, PickleTensor>() : weightsIn(top);
  if (tensors.size === 0) {
    const received = top === undefined ? "no dictionary" : [...top.entries.keys()].join(", ");
    refuse({
      what: `${file} holds no dictionary of weights.`,
      expected: `tensors by name, or a checkpoint with one of ${usualKeys.join(", ")}`,
      received: received === "" ? "an empty dictionary" : received,
      fix: "In PyTorch save the weights alone: torch.save(model.state_dict(), path).",
    });
  }
  return new Map([...tensors].map(([name, tensor]) => [name, () => read(tensor, name)] as const));
}

function weightsIn(dictionary: PickleDictionary): Map<string, PickleTensor> {
  const own = tensorsIn(dictionary);
  if (own.size > 0) return own;
  for (const key of usualKeys) {
    const inner = asKind(dictionary.entries.get(key), "dictionary");
    const tensors = inner === undefined ? own : tensorsIn(inner);
    if (tensors.size > 0) return tensors;
  }
  return own;
}

function tensorsIn({ entries }: PickleDictionary): Map<string, PickleTensor> {
  const tensors = new Map<string, PickleTensor>();
  for (const [name, value] of entries) {
    const tensor = asKind(value, "tensor");
    if (tensor !== undefined && typeof name === "string") tensors.set(name, tensor);
  }
  return tensors;
}

/** Without what a wrapper has put before all names. */
export function unwrapped(dictionary: StateDictionary): StateDictionary {
  const names = [...dictionary.keys()];
  if (names.length === 0) return dictionary;
  let length = 0;
  for (;;) {
    const prefix = wrappers.find((one) => names.every((name) => name.startsWith(one, length)));
    if (prefix === undefined) break;
    length += prefix.length;
  }
  if (length === 0) return dictionary;
  return new Map([...dictionary].map(([name, read]) => [name.slice(length), read]));
}
