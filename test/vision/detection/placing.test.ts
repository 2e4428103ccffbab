// Pictures that move, and boxes that move with them: a box is where the pixels of its object are.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { Augmentation, augmentationOf } from "../../../src/vision/detection/augmentation.ts";
import { changeColors, colorChange } from "../../../src/vision/detection/color-change.ts";
import { type Canvas, place, type Sample } from "../../../src/vision/detection/placing.ts";

/** A black picture with a white rectangle. */
function pictureWith(
  [left, top, right, bottom]: readonly number[],
  height = 40,
  width = 60,
): Sample {
  const data = new Uint8Array(height * width * 3);
  for (let y = top; y < bottom; y++)
    data.fill(255, (y * width + left) * 3, (y * width + right) * 3);
  return {
    image: { data, shape: [height, width, 3] },
    boxes: Float32Array.of(left, top, right, bottom),
    classes: Int32Array.of(1),
    ignored: Uint8Array.of(0),
  };
}

function canvasOf(height: number, width: number, level = 0): Canvas {
  const pixels = new Uint8ClampedArray(height * width * 3).fill(level);
  return { pixels, height, width, channels: 3, boxes: [], classes: [], ignored: [] };
}

/** The box around what is lighter than half. */
function lightPart({ pixels, width }: Canvas): number[] {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  pixels.forEach((level, i) => {
    if (i % 3 !== 0 || level < 128) return;
    const [y, x] = [Math.floor(i / 3 / width), (i / 3) % width];
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x + 1);
    box[3] = Math.max(box[3], y + 1);
  });
  return box;
}

const all = (canvas: Canvas) => ({ left: 0, top: 0, right: canvas.width, bottom: canvas.height });

describe("placing", () => {
  test("at its own size nothing changes", () => {
    const sample = pictureWith([10, 5, 30, 25]);
    const canvas = canvasOf(40, 60);
    const same = { scale: 1, offset: 0 };
    place(canvas, sample, all(canvas), [same, same]);
    expect([...canvas.pixels]).toEqual([...sample.image.data]);
    expect([canvas.boxes, canvas.classes, canvas.ignored]).toEqual([[10, 5, 30, 25], [1], [0]]);
  });

  test("the box is where the object is, whatever the size, the place and the direction", () => {
    const random = new RandomStream(1);
    for (let round = 0; round < 60; round++) {
      const sample = pictureWith([12, 8, 44, 32]);
      const canvas = canvasOf(80, 100);
      const along = (length: number, room: number) => {
        const scale = 0.5 + random.uniform();
        const offset = (room - length * scale) * random.uniform();
        const isMirrored = random.uniform() < 0.5;
        return isMirrored ? { scale: -scale, offset: offset + length * scale } : { scale, offset };
      };
      place(canvas, sample, all(canvas), [along(40, 80), along(60, 100)]);
      lightPart(canvas).forEach((edge, i) => {
        expect(Math.abs(edge - canvas.boxes[i])).toBeLessThanOrEqual(1);
      });
      expect(canvas.ignored).toEqual([0]);
    }
  });

  test("an object that is cut off in part keeps what is seen; one that is hardly seen is ignored", () => {
    const sample = pictureWith([20, 10, 40, 30]);
    const halved = canvasOf(40, 60);
    const down = { scale: 1, offset: 0 };
    place(halved, sample, all(halved), [down, { scale: 1, offset: -30 }]);
    expect([halved.boxes, halved.ignored]).toEqual([[0, 10, 10, 30], [0]]);
    const gone = canvasOf(40, 60);
    place(gone, sample, all(gone), [down, { scale: 1, offset: -37 }]);
    expect([gone.boxes, gone.ignored]).toEqual([[0, 10, 3, 30], [1]]);
    const none = canvasOf(40, 60);
    place(none, sample, all(none), [down, { scale: 1, offset: -50 }]);
    expect(none.boxes).toEqual([]);
  });

  test("a region takes what fits into it, and leaves the rest of the image", () => {
    const sample = pictureWith([0, 0, 60, 40]);
    const canvas = canvasOf(40, 60, 50);
    const same = { scale: 1, offset: 0 };
    place(canvas, sample, { left: 20, top: 10, right: 60, bottom: 40 }, [same, same]);
    expect(lightPart(canvas)).toEqual([20, 10, 60, 40]);
    expect(canvas.boxes).toEqual([20, 10, 60, 40]);
    expect(canvas.pixels[0]).toBe(50);
  });
});

describe("augmentation", () => {
  const samples = [pictureWith([10, 5, 30, 25]), pictureWith([30, 10, 50, 38])];
  const pictures = { count: 2, read: async (row: number) => samples[row] };
  const fill = async (options: object, stream: number) => {
    const canvas = canvasOf(64, 64, 114);
    await new Augmentation(options).fill(canvas, 0, new RandomStream(2, stream), pictures);
    return canvas;
  };

  test("the same stream gives the same image, another one another", async () => {
    const options = { mosaic: 0.5, mixup: 0.5 };
    expect(await fill(options, 4)).toEqual(await fill(options, 4));
    expect((await fill(options, 4)).pixels).not.toEqual((await fill(options, 5)).pixels);
  });

  test("boxes lie in the image and have an area, whatever is drawn", async () => {
    for (let stream = 0; stream < 60; stream++) {
      const options = { mosaic: 0.5, mixup: 0.5, verticalFlip: 0.5, scale: [0.3, 3] };
      const { boxes, classes, ignored } = await fill(options, stream);
      expect([boxes.length, ignored.length]).toEqual([4 * classes.length, classes.length]);
      for (let i = 0; i < boxes.length; i += 4) {
        const [left, top, right, bottom] = boxes.slice(i, i + 4);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(Math.max(right, bottom)).toBeLessThanOrEqual(64);
        expect(Math.min(right - left, bottom - top)).toBeGreaterThan(0);
      }
    }
  });

  test("a mosaic has up to four pictures, mixup two", async () => {
    const still = { horizontalFlip: 0, scale: [0.5, 0.5], aspect: 0 };
    const mosaic = await fill({ ...still, mosaic: 1 }, 1);
    expect(mosaic.classes.length).toBeGreaterThanOrEqual(3);
    const mixed = await fill({ ...still, mixup: 1 }, 1);
    expect(mixed.classes).toHaveLength(2);
  });

  test("refuses what cannot be used, by name", () => {
    expect(() => augmentationOf({ mosiac: 1 } as object)).toThrow(/did you mean "mosaic"/);
    expect(() => augmentationOf({ scale: [2, 1] })).toThrow(/scale/);
    expect(() => augmentationOf({ hue: 0.7 })).toThrow(/hue/);
    expect(() => augmentationOf({ mixup: -1 })).toThrow(/mixup/);
  });
});

describe("colours", () => {
  const changed = (pixel: readonly number[], amounts: object) => {
    const pixels = Uint8ClampedArray.from(pixel);
    const none = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };
    changeColors(pixels, pixel.length, colorChange({ ...none, ...amounts }));
    return [...pixels];
  };

  test("amounts that change nothing leave colours as they are", () => {
    expect(changed([10, 120, 250], {})).toEqual([10, 120, 250]);
  });

  test("brightness is a factor, contrast one around the middle, both within bytes", () => {
    expect(changed([10, 120, 200], { brightness: 1.5 })).toEqual([15, 180, 255]);
    expect(changed([28, 128, 228], { contrast: 0.5 })).toEqual([78, 128, 178]);
    expect(changed([100], { brightness: 0.5 })).toEqual([50]);
  });

  test("without saturation there is grey, and grey has no hue to turn", () => {
    const [red, green, blue] = changed([200, 50, 100], { saturation: 0 });
    expect([green, blue]).toEqual([red, red]);
    expect(changed([90, 90, 90], { hue: 0.3 })).toEqual([90, 90, 90]);
  });

  test("a third of the circle makes green of red", () => {
    expect(changed([200, 20, 20], { hue: 1 / 3 })).toEqual([20, 200, 20]);
  });
});
