// Functions on pictures, as `images` in "fovea".

export { canny } from "./canny.ts";
export { clahe } from "./clahe.ts";
export { grayscale, reverseChannels } from "./color.ts";
export { contactSheet } from "./contact-sheet.ts";
export { centerCrop } from "./crop.ts";
export { filter, gaussianBlur, kernels } from "./filter.ts";
export { resize } from "./resize.ts";
export { channelStatistics, imageNet, rescale, standardize } from "./scaling.ts";
export { autoContrast, equalize, invert, posterize, solarize } from "./tables.ts";
