// What the options of decoding and encoding do.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type DecodeImageOptions,
  decodeImage,
  encodeImage,
  type ImageFormat,
  images,
  tensor,
} from "../../src/index.ts";

const pictures = new URL("../golden/pillow/pictures/", import.meta.url);
const picture = (name: string) => readFileSync(new URL(name, pictures));

describe("channels", () => {
  test("grey is the luma of the colours", async () => {
    const colour = await decodeImage(picture("rgb.png"));
    const grey = await decodeImage(picture("rgb.png"), { channels: 1 });
    expect(grey.shape).toEqual([12, 18, 1]);
    const [red, green, blue] = colour.data;
    expect(grey.data[0]).toBe(Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
  });

  test("a grey picture gives the same grey with and without a detour through colours", async () => {
    const grey = await decodeImage(picture("grey.png"), { channels: 1 });
    const colour = await decodeImage(picture("grey.png"), { channels: 3 });
    expect(colour.data.filter((_, i) => i % 3 === 1)).toEqual(grey.data);
  });

  test("transparency is kept with four channels, and is full where the file has none", async () => {
    const clear = await decodeImage(picture("rgba.png"), { channels: 4 });
    expect(new Set(clear.data.filter((_, i) => i % 4 === 3)).size).toBeGreaterThan(10);
    const opaque = await decodeImage(picture("rgb.png"), { channels: 4 });
    expect(new Set(opaque.data.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
  });

  test("transparency is laid over the background", async () => {
    const clear = tensor(
      Uint8Array.of(200, 100, 0, 0, 200, 100, 0, 255, 200, 100, 0, 51),
      [1, 3, 4],
    );
    const bytes = await encodeImage(clear, "png");
    const over = async (background?: DecodeImageOptions["background"]) =>
      Array.from((await decodeImage(bytes, background === undefined ? {} : { background })).data);
    expect(await over()).toEqual([255, 255, 255, 200, 100, 0, 244, 224, 204]);
    expect(await over([0, 0, 255])).toEqual([0, 0, 255, 200, 100, 0, 40, 20, 204]);
  });
});

describe("size", () => {
  test("is what images.resize gives", async () => {
    const options = { size: [7, 5], interpolation: "bicubic", crop: 0.8 } as const;
    for (const mode of ["stretch", "cover", "contain"] as const) {
      const whole = await decodeImage(picture("rgb.png"));
      const resized = await decodeImage(picture("rgb.png"), { ...options, resize: mode });
      expect(resized).toEqual(images.resize(whole, { ...options, mode }));
    }
  });

  test("of transparent pictures does not mix the colours of what is not seen", async () => {
    const data = Uint8Array.from(
      { length: 64 },
      (_, i) => (i % 8 < 4 ? [255, 0, 0, 255] : [0, 255, 0, 0])[i % 4],
    );
    const bytes = await encodeImage(tensor(data, [4, 4, 4]), "png");
    const small = await decodeImage(bytes, { channels: 4, size: [1, 1] });
    expect(Array.from(small.data)).toEqual([255, 0, 0, 128]);
  });

  test("draft decodes a large JPEG smaller, close to the whole", async () => {
    const wave = (i: number) => 127 + 100 * Math.sin(i / 40_000) * Math.cos((i % 960) / 50);
    const large = tensor(
      Uint8Array.from({ length: 640 * 960 }, (_, i) => wave(i)),
      [640, 960, 1],
    );
    const bytes = await encodeImage(large, "jpeg");
    const size = [40, 60] as const;
    const [exact, draft] = [
      await decodeImage(bytes, { size }),
      await decodeImage(bytes, { size, draft: true }),
    ];
    expect(draft.shape).toEqual(exact.shape);
    const distance = exact.data.reduce((sum, value, i) => sum + Math.abs(value - draft.data[i]), 0);
    expect(distance / exact.data.length).toBeLessThan(2);
    expect(draft.data).not.toEqual(exact.data);
  });
});

describe("encoding", () => {
  const smooth = (channels: number) =>
    tensor(
      Uint8Array.from(
        { length: 16 * 20 * channels },
        (_, i) => 8 * (Math.floor(i / channels) % 20) + 40 * (i % channels),
      ),
      [16, 20, channels],
    );

  test.each([
    ["png", {}, 0],
    ["tiff", {}, 0],
    ["webp", { lossless: true }, 0],
    ["jpeg", { quality: 95 }, 8],
    ["webp", { quality: 90 }, 12],
    ["avif", { quality: 80 }, 12],
    ["gif", {}, 12],
  ] as const)("%s %j comes back within %d levels", async (format, options, tolerance) => {
    const image = smooth(3);
    const back = await decodeImage(await encodeImage(image, format as ImageFormat, options));
    expect(back.shape).toEqual(image.shape);
    const far = back.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - image.data[i])),
      0,
    );
    expect(far).toBeLessThanOrEqual(tolerance);
  });

  test.each([1, 2, 3, 4])("PNG keeps %d channels", async (channels) => {
    const image = smooth(channels);
    const wanted = channels === 2 ? 4 : (channels as 1 | 3 | 4);
    const back = await decodeImage(await encodeImage(image, "png"), { channels: wanted });
    const first = back.data.filter((_, i) => i % wanted === 0);
    expect(first).toEqual(image.data.filter((_, i) => i % channels === 0));
  });

  test("refuses what is no picture", async () => {
    const batch = tensor(new Uint8Array(2 * 4 * 4 * 3), [2, 4, 4, 3]);
    await expect(encodeImage(batch, "png")).rejects.toThrow("Take one picture out of its batch.");
    const floats = tensor(new Float32Array(48), [4, 4, 3]);
    await expect(encodeImage(floats as never, "png")).rejects.toThrow("0…255 in a Uint8Array");
    await expect(encodeImage(smooth(3), "bmp" as never)).rejects.toThrow('"png", "jpeg"');
  });
});

test.each([
  [{ channel: 3 }, 'did you mean "channels"?'],
  [{ channels: 2 }, "1, 3 or 4"],
  [{ size: 224 }, "[height, width]"],
  [{ resize: "crop" }, '"stretch", "cover", "contain"'],
  [{ background: "white" }, "[red, green, blue]"],
  [{ crop: 0 }, "above 0"],
  [{ maxPixels: -1 }, "a whole number of at least 1"],
])("decodeImage refuses the options %j", async (options, words) => {
  await expect(decodeImage(picture("rgb.png"), options as never)).rejects.toThrow(words);
});
