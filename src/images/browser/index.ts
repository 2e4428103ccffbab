// Pictures in a browser, by its own decoders: it reads what it can show. Pixels that are partly transparent lose a
// little of their colour, since a canvas keeps colours times transparency.

import { ConfigError, TargetError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ImageCodec } from "../codec.ts";
import { ImageError } from "../image-error.ts";

/** The types of pictures that every browser writes. */
const writable: Readonly<Record<string, string>> = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
};

function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context =
    globalThis.OffscreenCanvas === undefined
      ? null
      : new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context !== null) return context;
  throw new TargetError({
    what: "Pictures cannot be decoded or encoded here: there is no OffscreenCanvas.",
    fix: "Use a newer browser, or decode pictures yourself, and pass their pixels as tensors.",
  });
}

export const codec: ImageCodec = {
  async decode(bytes, { file, header }) {
    const blob = new Blob([Uint8Array.from(bytes)], { type: `image/${header.format}` });
    const bitmap = await createImageBitmap(blob).catch((cause) => {
      throw new ImageError("damaged", {
        what: `${file} could not be decoded.`,
        expected: `a ${header.format.toUpperCase()} picture that is whole, of a kind that the browser shows`,
        received: cause instanceof Error ? cause.message : String(cause),
        cause,
      });
    });
    try {
      return pixelsOf(bitmap, bitmap.width, bitmap.height);
    } finally {
      bitmap.close();
    }
  },

  async encode({ data, shape }, { format, quality, lossless }) {
    const type = writable[format];
    if (type === undefined || (lossless && format === "webp")) {
      throw new ConfigError({
        what: "encodeImage: Browsers do not write this kind of picture.",
        expected: "png, jpeg, or webp with losses",
        received: lossless ? `${format} without losses` : format,
      });
    }
    const [height, width, channels] = shape;
    const context = canvasOf(width, height);
    const pixels = context.createImageData(width, height);
    for (let i = 0; i < height * width; i++) {
      const from = i * channels;
      const alpha = channels === 2 || channels === 4 ? data[from + channels - 1] : 255;
      const colour = (c: number) => data[from + (channels < 3 ? 0 : c)];
      pixels.data.set([colour(0), colour(1), colour(2), alpha], i * 4);
    }
    context.putImageData(pixels, 0, 0);
    if (format === "jpeg") {
      context.globalCompositeOperation = "destination-over";
      context.fillStyle = "white";
      context.fillRect(0, 0, width, height);
    }
    const blob = await context.canvas.convertToBlob({ type, quality: quality / 100 });
    return new Uint8Array(await blob.arrayBuffer());
  },

  async draw(svg) {
    const address = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    const drawing = new Image();
    drawing.src = address;
    await drawing.decode();
    return pixelsOf(drawing, drawing.naturalWidth, drawing.naturalHeight);
  },
};

function pixelsOf(image: CanvasImageSource, width: number, height: number): Tensor<Uint8Array> {
  const context = canvasOf(width, height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height, { colorSpace: "srgb" });
  return { data: new Uint8Array(data.buffer), shape: [height, width, 4] };
}
