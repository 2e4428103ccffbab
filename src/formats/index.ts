// The door of formats/: bytes in, bytes out.

export { readWholeFile, writeFileAtomically } from "./files.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type StoredTensor,
} from "./safetensors.ts";
