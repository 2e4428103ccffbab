// What turns bytes into pixels and pixels into bytes, behind one interface: sharp in Node, the browser's own
// decoders in a browser. It decides nothing: what is decoded, how large and over which background, is settled above.

import type { Tensor } from "../core/tensor.ts";
import type { ImageFormat, ImageHeader } from "./header.ts";

/** What a codec needs to know besides the bytes. */
export interface DecodeTask {
  /** What errors call the picture. */
  readonly file: string;
  /** What its first bytes say; pixels and format are checked. */
  readonly header: ImageHeader;
  readonly maxPixels: number;
  /** Seconds until decoding is given up. */
  readonly timeout: number;
  /** The picture may come smaller by a factor of up to this, where that saves time: 1, 2, 4 or 8. */
  readonly shrink: number;
}

/** How pixels are written. */
export interface EncodeTask {
  readonly format: ImageFormat;
  /** 1 to 100. */
  readonly quality: number;
  readonly lossless: boolean;
}

/** Bytes to pixels and back, in one runtime. */
export interface ImageCodec {
  /**
   * `u8 [H, W, C]` in sRGB, upright, the first frame; C is 1 (grey), 2 (grey, alpha), 3 or 4 as the file has it.
   *
   * @throws ImageError where it cannot be decoded, TargetError where the runtime has no decoder.
   */
  decode(bytes: Uint8Array, task: DecodeTask): Promise<Tensor<Uint8Array>>;
  /** The file of `u8 [H, W, C]`, C from 1 to 4. */
  encode(image: Tensor<Uint8Array>, task: EncodeTask): Promise<Uint8Array>;
  /** The pixels of a drawing in SVG, `u8 [H, W, 4]`. */
  draw(svg: string): Promise<Tensor<Uint8Array>>;
}
