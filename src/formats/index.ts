// The door of formats/: bytes in, bytes out. Floor 4.

export { readWholeFile, writeFileAtomically } from "./files.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsContent,
  type StoredTensor,
} from "./safetensors.ts";
