// The options of functions on pictures, for those who name them.

export type { ResizeMode } from "../core/resize-mode.ts";
export type { Border } from "./borders.ts";
export type { CannyOptions } from "./canny.ts";
export type { ClaheOptions } from "./clahe.ts";
export type { ContactSheetOptions } from "./contact-sheet.ts";
export type { ImageCropOptions } from "./crop.ts";
export type { FilterOptions, GaussianBlurOptions, Kernel } from "./filter.ts";
export type { ResizeOptions } from "./resize.ts";
export type { RescaleOptions, StandardizeOptions } from "./scaling.ts";
export type { ImageAutoContrastOptions, PosterizeOptions, SolarizeOptions } from "./tables.ts";
export type { LevelRange } from "./value-range.ts";
