// Pictures with masks as a model takes them: with its channels and its classes, decoded once as long as there is room.

import { DataError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type ChannelCount, white, withChannels } from "../../images/channels.ts";
import type { Annotated, AnnotatedImages, ClassMap } from "../annotated.ts";
import { unknownClass } from "../masks/class-map.ts";
import { classCount, type SegmentationShape } from "./shape.ts";

/** Reads pictures by their numbers. */
export class PictureCache {
  readonly #pictures: AnnotatedImages<ClassMap>;
  readonly #channels: ChannelCount;
  readonly #classes: number;
  readonly #kept = new Map<number, Annotated<ClassMap>>();
  #room: number;

  /** `bytes`: what decoded pictures may take. */
  constructor(pictures: AnnotatedImages<ClassMap>, shape: SegmentationShape, bytes: number) {
    this.#pictures = pictures;
    this.#channels = shape.channels as ChannelCount;
    this.#classes = classCount(shape);
    this.#room = bytes;
  }

  /** @throws DataError where a mask is not one for its picture and the model. */
  async read(row: number): Promise<Annotated<ClassMap>> {
    const known = this.#kept.get(row);
    if (known !== undefined) return known;
    const { image, target } = await this.#pictures.read(row);
    const annotated = { image: withChannels(image, this.#channels, white), target };
    this.#check(row, annotated);
    const bytes = annotated.image.data.length + target.data.length;
    if (bytes <= this.#room) {
      this.#room -= bytes;
      this.#kept.set(row, annotated);
    }
    return annotated;
  }

  /** @throws DataError unless the mask is one for this picture and this model. */
  #check(row: number, { image, target }: Annotated<ClassMap>): void {
    const [height, width] = image.shape;
    const [rows, columns] = target.shape;
    const whose = `The mask of ${this.#pictures.nameOf(row)}`;
    if (rows !== height || columns !== width) {
      throw new DataError({
        what: `${whose} is not as large as its picture.`,
        expected: formatShape([height, width]),
        received: formatShape(target.shape),
      });
    }
    const wrong = target.data.find((label) => label >= this.#classes && label !== unknownClass);
    if (wrong === undefined) return;
    throw new DataError({
      what: `${whose} has a class that the model does not have.`,
      expected: `class numbers from 0 to ${this.#classes - 1}, or ${unknownClass} for unknown pixels`,
      received: String(wrong),
      fix: `make the network with classes: ${wrong + 1}, or correct the mask`,
    });
  }

  /** Drops all that is kept; what is read from here on is not kept. */
  clear(): void {
    this.#room = 0;
    this.#kept.clear();
  }
}
