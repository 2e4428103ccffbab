// Picture files as inputs of a model: how each becomes a tensor that the model takes, by its `preprocess` record.

import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Source } from "../data/source.ts";
import type { ChannelCount } from "../images/channels.ts";
import { type DecodeImageOptions, readImage } from "../images/decode.ts";
import type { ByteSource } from "../platform/byte-source.ts";
import type { Receiver } from "./ordering.ts";
import { isPicture, type Pictures } from "./pictures.ts";

/** How many are decoded at a time: a decoder has threads of its own, and each holds a whole picture. */
const atATime = 4;

/**
 * How a picture file becomes an input of `model`: the size and the channels of its first layer, and whatever else
 * its `preprocess` says of resizing. Without a record it is stretched.
 *
 * @throws DataError where the model takes no single picture.
 */
export function decodingFor({ network, preprocess }: Receiver) {
  const { inputs } = network;
  const [height, width, channels] = inputs[0].shape;
  if (inputs.length > 1 || inputs[0].shape.length !== 3 || ![1, 3, 4].includes(channels)) {
    const shapes = inputs.map(({ shape }) => formatShape([null, ...shape]));
    throw new DataError({
      what: "The model does not take picture files.",
      expected: "one input [N, H, W, C] with 1, 3 or 4 channels",
      received: `inputs ${shapes.join(", ")}`,
      fix: "read pictures with readImage, and make the inputs of their pixels",
    });
  }
  const { resize, interpolation, antialias, crop, fillValue, background } = preprocess[0] ?? {};
  return {
    size: [height, width],
    channels: channels as ChannelCount,
    ...(resize === undefined ? {} : { resize }),
    ...(interpolation === undefined ? {} : { interpolation }),
    ...(antialias === undefined ? {} : { antialias }),
    ...(crop === undefined ? {} : { crop }),
    ...(fillValue === undefined ? {} : { fillValue }),
    ...(background === undefined ? {} : { background }),
  } as const satisfies DecodeImageOptions;
}

/**
 * Picture files as examples that are decoded as they are needed.
 *
 * @throws DataError where the model takes no single picture.
 */
export function pictureSource(model: Receiver, pictures: Pictures): Source {
  const files: readonly ByteSource[] = isPicture(pictures) ? [pictures] : pictures;
  const options = decodingFor(model);
  const shape = [...options.size, options.channels];
  const size = sizeOf(shape);
  return {
    count: files.length,
    types: { x: { shape, dtype: "u8" } },
    async read(rows) {
      const data = new Uint8Array(rows.length * size);
      for (let first = 0; first < rows.length; first += atATime) {
        const some = Array.from(rows.subarray(first, first + atATime));
        const decoded = await Promise.all(some.map((row) => readImage(files[row], options)));
        decoded.forEach((image, i) => {
          data.set(image.data, (first + i) * size);
        });
      }
      return { x: { data, shape: [rows.length, ...shape] } };
    },
  };
}
