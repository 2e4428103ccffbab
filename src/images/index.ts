// Functions on pictures, as `images` in "fovea".

export { resize } from "./resize.ts";
