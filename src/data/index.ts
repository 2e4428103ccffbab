// `data`: examples of one's own.

export type { SkippedFile } from "./image-folder/found-file.ts";
export { type ImageFile, imageFiles } from "./image-folder/image-files.ts";
export type {
  ClassCount,
  CopiedFile,
  ImageFolder,
} from "./image-folder/image-folder.ts";
export { imageFolder } from "./image-folder/image-folder.ts";
export type { ImageRows, ImageSource } from "./image-folder/image-source.ts";
export type { ImageFolderOptions, ImageFolderProgress } from "./image-folder/options.ts";
