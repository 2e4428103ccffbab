// Pictures with masks as examples: masks move with their pictures, draws follow from numbers, and faulty masks are named.

import { describe, expect, test } from "vitest";
import { layers, type Model, type Source, vision } from "../../../src/index.ts";
import { annotated, telling } from "./pictures.ts";

const network = (options: object = {}) =>
  vision.segmentationNetwork({
    architecture: { filters: 4, depth: 2 },
    inputShape: [32, 32, 1],
    classes: 4,
    ...options,
  });

const stripes = telling(60, 80, (y, x) => Math.floor(x / 13 + y / 17) % 4);
const others = telling(45, 33, (y, x) => (Math.floor(y / 9) + Math.floor(x / 11)) % 4);
const pictures = annotated([stripes, others], ["a", "b", "c", "d"]);

interface Rows {
  readonly x: { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
  readonly y: { readonly data: Uint8Array; readonly shape: readonly number[] };
}
const read = async (source: Source, ...rows: number[]) =>
  (await source.read(Int32Array.from(rows))) as Rows;

const moving = [
  layers.randomFlip({ mode: "horizontalAndVertical" } as object),
  layers.randomRotation({ factor: 0.4, interpolation: "nearest" }),
  layers.randomElasticTransform({ factor: [1, 1], interpolation: "nearest" }),
];

describe("patches", () => {
  test("are as large as the input, of bytes, and the same each time without augmentation", async () => {
    const source = vision.segmentationSource(await network(), pictures, { patchesPerPicture: 3 });
    expect(source.count).toBe(6);
    const { x, y } = await read(source, 0, 1, 2, 5);
    expect([x.shape, y.shape]).toEqual([
      [4, 32, 32, 1],
      [4, 32, 32],
    ]);
    expect(x.data).toBeInstanceOf(Uint8Array);
    expect(Array.from(x.data)).toEqual(Array.from(y.data, (label) => 40 * label + 10));
    expect(await read(source, 5, 0)).toEqual(await read(source, 5, 0));
    // Two patches of one picture are two places.
    expect((await read(source, 0)).y).not.toEqual((await read(source, 2)).y);
  });

  test("with an empty list of layers are drawn anew whenever they are read", async () => {
    const model = await network();
    const source = vision.segmentationSource(model, pictures, { augmentation: [] });
    const seen = [await read(source, 0), await read(source, 0), await read(source, 0)];
    expect(seen[0].y).not.toEqual(seen[1].y);
    // A run that is resumed after two epochs goes on with the third.
    const later = vision.segmentationSource(model, pictures, { augmentation: [], epochsBefore: 2 });
    expect(await read(later, 0)).toEqual(seen[2]);
    const other = vision.segmentationSource(model, pictures, { augmentation: [], seed: 1 });
    expect((await read(other, 0)).y).not.toEqual(seen[0].y);
  });

  test("of small pictures go on backwards beyond the border", async () => {
    const small = telling(20, 10, (y) => Number(y > 9));
    const source = vision.segmentationSource(await network(), annotated([small], ["a", "b"]));
    const { x, y } = await read(source, 0);
    expect(Array.from(x.data)).toEqual(Array.from(y.data, (label) => 40 * label + 10));
    const column = Array.from({ length: 32 }, (_, row) => y.data[row * 32]);
    // Six rows above it, as in a mirror in its first row, then its twenty, then six again.
    const at = (row: number) => (row < 0 ? -row : row > 19 ? 38 - row : row);
    expect(column).toEqual(Array.from({ length: 32 }, (_, row) => Number(at(row - 6) > 9)));
  });

  test("by class show a rare class as often as a common one", async () => {
    const rare = telling(400, 400, (y, x) => Number(y >= 391 && y < 394 && x >= 7 && x < 10));
    const model = await network({ classes: 2 });
    const share = async (byClass: number) => {
      const options = { augmentation: [], byClass } as const;
      const source = vision.segmentationSource(model, annotated([rare], ["a", "b"]), options);
      let found = 0;
      for (let i = 0; i < 60; i++) found += Number((await read(source, 0)).y.data.includes(1));
      return found / 60;
    };
    expect(await share(0)).toBeLessThan(0.2);
    expect(await share(1)).toBeGreaterThan(0.35);
    expect(await share(1)).toBeLessThan(0.75);
  });
});

describe("augmentation", () => {
  test("moves masks with their pictures: each pixel still tells its class", async () => {
    const options = { augmentation: moving, patchesPerPicture: 4 };
    const source = vision.segmentationSource(await network(), pictures, options);
    const plain = await read(
      vision.segmentationSource(await network(), pictures, {
        augmentation: [],
        patchesPerPicture: 4,
      }),
      ...[0, 1, 2, 3, 4],
    );
    const { x, y } = await read(source, 0, 1, 2, 3, 4);
    expect(x.data).toBeInstanceOf(Float32Array);
    expect(Array.from(x.data)).toEqual(Array.from(y.data, (label) => 40 * label + 10));
    const changed = y.data.filter((label, i) => label !== plain.y.data[i]).length;
    expect(changed).toBeGreaterThan(y.data.length / 10);
    await source.close?.();
  });

  test("depends on the example and how often it was read, not on its batch", async () => {
    const options = { augmentation: moving };
    const model = await network();
    const [one, two] = [0, 1].map(() => vision.segmentationSource(model, pictures, options));
    const together = await read(one, 0, 1);
    const second = await read(two, 1);
    expect(Array.from(second.x.data)).toEqual(Array.from(together.x.data).slice(32 * 32));
    expect((await read(one, 1)).x.data).not.toEqual(second.x.data);
    await Promise.all([one.close?.(), two.close?.()]);
  });

  test("leaves unknown what it fills in, and keeps what was unknown", async () => {
    const half = telling(32, 32, () => 1);
    half.target.data.fill(255, 0, 16 * 32);
    const source = vision.segmentationSource(await network(), annotated([half], ["a", "b"]), {
      augmentation: [
        layers.randomTranslation({
          ...{ heightFactor: 0, widthFactor: [0.25, 0.25] },
          ...{ fillMode: "constant", interpolation: "nearest" },
        }),
      ],
    });
    const { y } = await read(source, 0);
    const expected = Array.from({ length: 32 * 32 }, (_, i) =>
      i % 32 < 8 || i < 16 * 32 ? 255 : 1,
    );
    expect(Array.from(y.data)).toEqual(expected);
    await source.close?.();
  });

  test("refuses layers that masks cannot follow", async () => {
    const options = { augmentation: [layers.mixUp()] };
    const source = vision.segmentationSource(await network(), pictures, options);
    await expect(read(source, 0)).rejects.toThrow("segmentationMasks cannot go through mixUp");
    await source.close?.();
  });
});

describe("models", () => {
  test("that resize get whole pictures", async () => {
    const source = vision.segmentationSource(await network({ resize: true }), pictures);
    const { x, y } = await read(source, 0);
    expect(x.shape).toEqual([1, 32, 32, 1]);
    const corners = [0, 31, 31 * 32, 32 * 32 - 1].map((i) => y.data[i]);
    const [height, width] = stripes.target.shape;
    const { data } = stripes.target;
    const ends = [data[0], data[width - 1], data[(height - 1) * width], data[height * width - 1]];
    expect(corners).toEqual(ends);
  });

  test("with one score get targets of 0 and 1", async () => {
    const two = annotated([telling(40, 40, (y) => Number(y > 20))], ["no", "yes"]);
    const model = await network({ classes: 1 });
    const source = vision.segmentationSource(model, two);
    expect((await read(source, 0)).y.shape).toEqual([1, 32, 32, 1]);
    model.compile(vision.segmentationCompileOptions(model));
    const { loss } = await model.evaluate(source);
    expect(loss).toBeGreaterThan(0);
    await model.dispose();
  });

  test("with valid convolutions get the middle of masks", async () => {
    const architecture = { filters: 4, depth: 1, padding: "valid" };
    const model: Model = await vision.segmentationNetwork({
      architecture,
      inputShape: [32, 32, 1],
      classes: 4,
    });
    const [rows, columns] = model.network.outputShape;
    expect(rows).toBeLessThan(32);
    const { x, y } = await read(vision.segmentationSource(model, pictures), 0);
    expect(y.shape).toEqual([1, rows, columns]);
    const margin = (32 - rows) / 2;
    expect(x.data[margin * 32 + margin]).toBe(40 * y.data[0] + 10);
  });
});

describe("faults", () => {
  const reading = async (picture: ReturnType<typeof telling>) =>
    read(vision.segmentationSource(await network(), annotated([picture], ["a"])), 0);

  test("a mask of another size is named", async () => {
    const picture = { ...telling(40, 40, () => 0), target: telling(40, 39, () => 0).target };
    await expect(reading(picture)).rejects.toThrow(
      "The mask of picture 0 is not as large as its picture.",
    );
  });

  test("a class that the model does not have is named", async () => {
    await expect(reading(telling(40, 40, () => 7))).rejects.toThrow(
      /The mask of picture 0 has a class that the model does not have[\s\S]*classes: 8/,
    );
  });

  test.each([
    [{ byClass: 2 }, "byClass"],
    [{ augmentation: "standard" }, "augmentation"],
    [{ patchesPerPicture: 0 }, "patchesPerPicture"],
    [{ augment: [] }, 'did you mean "augmentation"?'],
  ])("%j is refused", async (options, message) => {
    const model = await network();
    expect(() => vision.segmentationSource(model, pictures, options as object)).toThrow(message);
  });
});
