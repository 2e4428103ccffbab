// The public door of "fovea/machine".

export { verifyProgram } from "../kernel/verify.ts";
export type {
  ArrayOf,
  Device,
  DeviceBuffer,
  DeviceView,
  Executable,
  LoadOptions,
  StepInputs,
  StepOutputs,
} from "./device.ts";
export {
  type DeviceOptions,
  describeDevice,
  openDevice,
  sharedDevice,
  type TargetName,
  targetNames,
} from "./open.ts";
