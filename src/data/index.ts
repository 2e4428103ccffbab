// `data`: examples of one's own.

export type { ClassCount, CopiedFile } from "./image-folder/classes.ts";
export type { SkippedFile } from "./image-folder/found-file.ts";
export { type ImageFile, imageFiles } from "./image-folder/image-files.ts";
export { type ImageFolder, imageFolder } from "./image-folder/image-folder.ts";
export type { ImageRows, ImageSource } from "./image-folder/image-source.ts";
export type { ImageFolderOptions, ImageFolderProgress } from "./image-folder/options.ts";
export {
  type PictureChange,
  type Previewable,
  type PreviewOptions,
  preview,
} from "./preview.ts";
