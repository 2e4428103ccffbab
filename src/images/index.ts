// Functions on pictures, as `images` in "fovea".

export { type ResizeMode, type ResizeOptions, resize } from "./resize.ts";
