// Boxes: formats, overlap, suppression, anchors, matches, windows; and what is done about boxes that are none.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import * as vision from "../../src/vision/index.ts";

const boxes = (...rows: readonly (readonly number[])[]) =>
  tensor(Float32Array.from(rows.flat()), [rows.length, 4]);

const numbers = ({ data }: Tensor) => Array.from(data);

function randomBoxes(random: RandomStream, count: number, extent: number, size: number) {
  const rows = Array.from({ length: count }, () => {
    const [left, top] = [random.uniform() * extent, random.uniform() * extent];
    return [left, top, left + 1 + random.uniform() * size, top + 1 + random.uniform() * size];
  });
  return boxes(...rows);
}

describe("formats", () => {
  const formats = ["xyxy", "yxyx", "xywh", "centerXywh"] as const;

  test("each leads to each and back", () => {
    const random = new RandomStream(1);
    const given = randomBoxes(random, 5, 100, 50);
    const imageSize = [120, 240] as const;
    const all = formats.flatMap(
      (name) => [name, `rel${name[0].toUpperCase()}${name.slice(1)}` as "relXyxy"] as const,
    );
    for (const to of all) {
      const other = vision.convertBoxes(given, { to, imageSize });
      const back = vision.convertBoxes(other, { from: to, imageSize });
      numbers(back).forEach((value, i) => {
        expect(value).toBeCloseTo(given.data[i], 3);
      });
    }
    expect(numbers(vision.convertBoxes(boxes([10, 20, 30, 60]), { to: "centerXywh" }))).toEqual([
      20, 40, 20, 40,
    ]);
    const half = vision.convertBoxes(boxes([0.5, 0.5, 0.5, 1]), {
      from: "relCenterXywh",
      imageSize,
    });
    expect(numbers(half)).toEqual([60, 0, 180, 120]);
  });

  test("relative boxes need the size of their picture", () => {
    expect(() => vision.convertBoxes(boxes([0, 0, 1, 1]), { from: "relXyxy" })).toThrow(
      /imageSize cannot be used[\s\S]*\[height, width\] of the picture, to convert from relXyxy to xyxy/,
    );
    const known = vision.convertBoxes(boxes([0, 0, 1, 1]), { from: "relXyxy", to: "relXywh" });
    expect(numbers(known)).toEqual([0, 0, 1, 1]);
    expect(() => vision.convertBoxes(boxes([0, 0, 1, 1]), { form: "xywh" } as never)).toThrow(
      /no option "form"[\s\S]*from/,
    );
  });

  test("boxes are cut off at the picture, and those outside have no area", () => {
    const cut = vision.clipBoxes(boxes([-5, 2, 8, 30], [50, 50, 60, 60]), [20, 10]);
    expect(numbers(cut)).toEqual([0, 2, 8, 20, 10, 20, 10, 20]);
    expect(numbers(vision.boxAreas(cut))).toEqual([144, 0]);
    expect(numbers(vision.boxAreas(boxes([5, 5, 3, 9], [1, 1, 3, 3])))).toEqual([0, 4]);
  });
});

describe("overlap", () => {
  test("boxes without area, of negative size or far away overlap nothing", () => {
    const odd = boxes([2, 2, 2, 2], [5, 5, 3, 3], [90, 90, 91, 91]);
    const one = boxes([0, 0, 10, 10]);
    expect(numbers(vision.boxIou(odd, one))).toEqual([0, 0, 0]);
    expect(numbers(vision.boxIou(odd, odd))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const { generalizedBoxIou, distanceBoxIou, completeBoxIou } = vision;
    for (const measure of [generalizedBoxIou, distanceBoxIou, completeBoxIou]) {
      expect(numbers(measure(odd, odd)).every(Number.isFinite)).toBe(true);
    }
    expect(numbers(vision.intersectionOverForeground(odd, one))).toEqual([0, 0, 0]);
  });

  test("intersection over foreground is the share of the first box", () => {
    const covered = vision.intersectionOverForeground(boxes([0, 0, 4, 4]), boxes([2, 0, 100, 100]));
    expect(numbers(covered)).toEqual([0.5]);
  });

  test("what is no box is refused, with its row", () => {
    const bad = boxes([0, 0, 1, 1], [0, Number.NaN, 1, 1]);
    expect(() => vision.boxIou(bad, bad)).toThrow(/Row 1 of boxes is no box[\s\S]*0, NaN, 1, 1/);
    expect(() => vision.boxIou(boxes([0, 0, 1, 1]), bad)).toThrow(/Row 1 of others/);
    const flat = tensor(new Float32Array(4), [4]);
    expect(() => vision.boxIou(flat, flat)).toThrow(/\[B, 4\][\s\S]*received: \[4\]/);
    const endless = boxes([0, 0, Number.POSITIVE_INFINITY, 1]);
    expect(() => vision.nonMaximumSuppression(endless, Float32Array.of(1))).toThrow(/Row 0/);
  });
});

/** Suppression as its definition has it. */
function naiveSuppression(given: Tensor, scores: Float32Array, threshold: number): number[] {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const kept: number[] = [];
  const row = (i: number) => boxes(Array.from(given.data.slice(4 * i, 4 * i + 4)));
  for (const i of order) {
    const ious = kept.map((other) => vision.boxIou(row(i), row(other)).data[0]);
    if (ious.every((iou) => iou <= threshold)) kept.push(i);
  }
  return kept;
}

describe("non-maximum suppression", () => {
  test.each([0, 0.05, 0.3, 0.5, 0.75, 0.95, 1])(
    "keeps what the definition keeps at IoU %d",
    (iouThreshold) => {
      const random = new RandomStream(Math.round(100 * iouThreshold));
      for (const [extent, size] of [
        [100, 30],
        [20, 100],
        [1000, 5],
        [3, 1],
      ]) {
        const given = randomBoxes(random, 150, extent, size);
        // Thin ones, empty ones, and one far away.
        given.data.set([
          0,
          0,
          1000,
          0.1,
          0,
          0.05,
          1000,
          0.2,
          5,
          5,
          5,
          9,
          1e6,
          1e6,
          1e6 + 8,
          1e6 + 8,
        ]);
        const scores = Float32Array.from({ length: 150 }, () => random.below(40) / 40);
        const kept = vision.nonMaximumSuppression(given, scores, { iouThreshold });
        expect([...kept]).toEqual(naiveSuppression(given, scores, iouThreshold));
      }
    },
  );

  test("leaves classes alone, keeps the surest, and stops where it is told", () => {
    const given = boxes([0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 10], [50, 50, 60, 60]);
    const scores = Float32Array.of(0.5, 0.9, 0.8, 0.1);
    expect([...vision.nonMaximumSuppression(given, scores)]).toEqual([1, 3]);
    const classes = Int32Array.of(0, 0, 7, 0);
    expect([...vision.nonMaximumSuppression(given, scores, { classes })]).toEqual([1, 2, 3]);
    const few = { classes, scoreThreshold: 0.2, maxDetections: 1 };
    expect([...vision.nonMaximumSuppression(given, scores, few)]).toEqual([1]);
    const first = vision.nonMaximumSuppression(given, scores, { classes, maxCandidates: 2 });
    expect([...first]).toEqual([1, 2]);
    const none = vision.nonMaximumSuppression(boxes(), new Float32Array(0));
    expect(none.length).toBe(0);
  });

  test("refuses scores that are none", () => {
    const one = boxes([0, 0, 1, 1]);
    expect(() => vision.nonMaximumSuppression(one, Float32Array.of(Number.NaN))).toThrow(
      /Entry 0 of scores is no number[\s\S]*diverged/,
    );
    expect(() => vision.nonMaximumSuppression(one, new Float32Array(2))).toThrow(
      /one entry of scores/,
    );
    expect(() =>
      vision.nonMaximumSuppression(one, new Float32Array(1), { iouThreshold: 2 }),
    ).toThrow(/iouThreshold cannot be used/);
  });

  /** Milliseconds of the processor, the best of three runs: other work may be going on. */
  const best = (run: () => void) =>
    Math.min(
      ...[0, 1, 2].map(() => {
        const start = process.cpuUsage().user;
        run();
        return (process.cpuUsage().user - start) / 1000;
      }),
    );

  test.each([
    [
      "around 100 objects",
      (random: RandomStream, i: number) => [
        (i % 10) * 100 + random.normal() * 6,
        (Math.floor(i / 10) % 10) * 100 + random.normal() * 6,
        60 + random.normal() * 8,
      ],
    ],
    [
      "of all sizes anywhere",
      (random: RandomStream) => [
        random.uniform() * 1000,
        random.uniform() * 1000,
        2 ** (2 + 6 * random.uniform()),
      ],
    ],
    [
      "small ones that hardly overlap",
      (random: RandomStream) => [random.uniform() * 4000, random.uniform() * 4000, 8],
    ],
  ] as const)("takes 100,000 boxes %s in little time", (_, make) => {
    const random = new RandomStream(5);
    const given = tensor(new Float32Array(400_000), [100_000, 4]);
    for (let i = 0; i < 100_000; i++) {
      const [x, y, size] = make(random, i);
      given.data.set([x, y, x + size, y + size], 4 * i);
    }
    const scores = Float32Array.from({ length: 100_000 }, () => random.uniform());
    let kept = 0;
    const time = best(() => {
      kept = vision.nonMaximumSuppression(given, scores).length;
    });
    expect(kept).toBeGreaterThan(0);
    // A quiet machine needs 30 to 100; comparing each box with each that is kept takes several seconds.
    expect(time).toBeLessThan(1000);
  });
});

describe("soft and matrix suppression", () => {
  const given = boxes([0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 5], [50, 0, 60, 10]);
  const scores = Float32Array.of(0.9, 0.8, 0.7, 0.6);

  test("linear scores fall by the overlap with each better box", () => {
    const kept = vision.softNonMaximumSuppression(given, scores, { method: "linear" });
    // The second box is the first again: its score becomes 0.
    expect([...kept.indices]).toEqual([0, 3, 2]);
    expect([...kept.scores].map((score) => Number(score.toFixed(4)))).toEqual([0.9, 0.6, 0.35]);
  });

  test("classes do not touch each other", () => {
    const classes = Int32Array.of(0, 1, 2, 3);
    const kept = vision.softNonMaximumSuppression(given, scores, { classes });
    expect([...kept.indices]).toEqual([0, 1, 2, 3]);
    expect([...kept.scores]).toEqual([...scores]);
  });

  /** SOLOv2's formula, for all pairs. */
  function naiveMatrix(all: Tensor, sorted: Float32Array, sigma: number): number[] {
    const count = sorted.length;
    const iou = vision.boxIou(all, all).data;
    const above = (j: number) => Array.from({ length: j }, (_, i) => i);
    const covered = above(count).map((i) =>
      Math.max(0, ...above(i).map((k) => iou[k * count + i])),
    );
    return Array.from(sorted, (score, j) => {
      const factors = above(j).map((i) =>
        Math.exp(-sigma * (iou[i * count + j] ** 2 - covered[i] ** 2)),
      );
      return score * Math.min(1, ...factors);
    });
  }

  test("matrix suppression is the formula of its paper", () => {
    const random = new RandomStream(4);
    const all = randomBoxes(random, 60, 40, 30);
    const sorted = Float32Array.from({ length: 60 }, (_, i) => 1 - i / 100);
    const kept = vision.matrixNonMaximumSuppression(all, sorted, { scoreThreshold: 0 });
    const wanted = naiveMatrix(all, sorted, 2);
    expect(kept.indices.length).toBe(60);
    kept.indices.forEach((row, i) => {
      expect(kept.scores[i]).toBeCloseTo(wanted[row], 5);
      if (i > 0) expect(kept.scores[i]).toBeLessThanOrEqual(kept.scores[i - 1]);
    });
  });
});

describe("anchors", () => {
  test("lie in the middle of what each place covers", () => {
    const { boxes: all, levels } = vision.anchorBoxes({
      imageSize: [16, 33],
      strides: [8, 16],
      sizes: [[4], [[10, 6], 8]],
      ratios: [1, 4],
    });
    expect(levels).toEqual([
      { stride: 8, rows: 2, columns: 5, perPlace: 2, first: 0, count: 20 },
      { stride: 16, rows: 1, columns: 3, perPlace: 3, first: 20, count: 9 },
    ]);
    expect(all.shape).toEqual([29, 4]);
    expect(numbers(all).slice(0, 8)).toEqual([2, 2, 6, 6, 3, 0, 5, 8]);
    expect(numbers(all).slice(80, 84)).toEqual([3, 5, 13, 11]);
    expect(() => vision.anchorBoxes({ imageSize: [8, 8], strides: [8], sizes: [] })).toThrow(
      /sizes cannot be used[\s\S]*for each stride/,
    );
  });

  test("sizes that fit a data set are found, and empty boxes left out", () => {
    const random = new RandomStream(3);
    const kinds = [
      [10, 10],
      [40, 20],
      [30, 90],
    ];
    const objects = Array.from({ length: 60 }, (_, i) => {
      const [width, height] = kinds[i % 3].map((side) => side * (0.95 + 0.1 * random.uniform()));
      return {
        boxes: boxes([5, 5, 5 + width, 5 + height], [3, 3, 3, 3]),
        classes: Int32Array.of(0, 0),
      };
    });
    const { sizes, meanIou } = vision.clusterAnchors(objects, { count: 3 });
    sizes.forEach(([width, height], i) => {
      expect(Math.abs(width / kinds[i][0] - 1)).toBeLessThan(0.03);
      expect(Math.abs(height / kinds[i][1] - 1)).toBeLessThan(0.03);
    });
    expect(meanIou).toBeGreaterThan(0.9);
    expect(vision.clusterAnchors(objects, { count: 3 }).sizes).toEqual(sizes);
    expect(() => vision.clusterAnchors(objects, { count: 61 })).toThrow(/fewer objects than sizes/);
  });
});

describe("offsets", () => {
  test("distances of edges lead back to the box", () => {
    const given = boxes([1, 2, 5, 8], [0, 0, 4, 4]);
    const points = tensor(Float32Array.of(2, 3, 6, 1), [2, 2]);
    const distances = vision.encodeDistances(given, points);
    expect(numbers(distances)).toEqual([1, 1, 3, 5, 6, 1, -2, 3]);
    expect(numbers(vision.decodeDistances(distances, points))).toEqual(numbers(given));
    expect(() => vision.encodeDistances(given, tensor(new Float32Array(2), [1, 2]))).toThrow(
      /as many rows of points/,
    );
  });

  test("boxes without area cannot be encoded, and no offset makes a box infinite", () => {
    const anchor = boxes([0, 0, 4, 4]);
    expect(() => vision.encodeBoxes(boxes([1, 1, 1, 3]), anchor)).toThrow(/row 0 has no area/);
    const grown = vision.decodeBoxes(boxes([0, 0, 500, 500]), anchor);
    expect(numbers(grown)).toEqual([-123, -123, 127, 127]);
  });
});

describe("matches", () => {
  test("ATSS takes near anchors above the mean and deviation of their IoU, with their middle inside", () => {
    const { boxes: anchors, levels } = vision.anchorBoxes({
      imageSize: [64, 64],
      strides: [8, 16],
      sizes: [[16], [32]],
      ratios: [1],
    });
    const truth = boxes([10, 10, 28, 28], [30, 28, 62, 62], [20, 20, 20, 40]);
    const counts = levels.map(({ count }) => count);
    const { objects, ious } = vision.matchAtss(anchors, truth, { counts, candidates: 4 });
    const iou = vision.boxIou(anchors, truth).data;
    const wanted = Array.from(objects, () => -1);
    const middle = (data: ArrayLike<number>, i: number) => [
      (data[4 * i] + data[4 * i + 2]) / 2,
      (data[4 * i + 1] + data[4 * i + 3]) / 2,
    ];
    for (const g of [0, 1]) {
      const far = (a: number) => {
        const [[x, y], [gx, gy]] = [middle(anchors.data, a), middle(truth.data, g)];
        return (x - gx) ** 2 + (y - gy) ** 2;
      };
      const near = levels.flatMap(({ first, count }) =>
        Array.from({ length: count }, (_, i) => first + i)
          .sort((a, b) => far(a) - far(b) || a - b)
          .slice(0, 4),
      );
      const own = near.map((a) => iou[3 * a + g]);
      const mean = own.reduce((sum, value) => sum + value) / own.length;
      const deviation = Math.sqrt(
        own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (own.length - 1),
      );
      for (const a of near) {
        const [x, y] = middle(anchors.data, a);
        const [left, top, right, bottom] = truth.data.slice(4 * g, 4 * g + 4);
        const isInside = x > left && x < right && y > top && y < bottom;
        const isBetter = wanted[a] < 0 || iou[3 * a + g] > iou[3 * a + wanted[a]];
        if (iou[3 * a + g] >= mean + deviation && isInside && isBetter) wanted[a] = g;
      }
    }
    expect([...objects]).toEqual(wanted);
    expect(new Set(objects)).toEqual(new Set([-1, 0, 1]));
    objects.forEach((g, a) => {
      if (g >= 0) expect(ious[a]).toBeCloseTo(iou[3 * a + g], 6);
    });
    const nothing = vision.matchAtss(anchors, boxes(), { counts });
    expect(new Set(nothing.objects)).toEqual(new Set([-1]));
  });

  test("task-aligned matches go to the places that predict an object best", () => {
    const points = tensor(Float32Array.of(5, 5, 6, 5, 7, 5, 30, 30), [4, 2]);
    const predicted = boxes([0, 0, 10, 10], [0, 0, 10, 8], [0, 0, 10, 10], [0, 0, 10, 10]);
    const scores = tensor(Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.1, 0.9, 0.9, 0.9), [4, 2]);
    const truth = { boxes: boxes([0, 0, 10, 10]), classes: Int32Array.of(0) };
    const { objects, targets } = vision.matchTaskAligned(
      { boxes: predicted, scores, points },
      truth,
      {
        candidates: 2,
      },
    );
    // The last place lies outside, the third is not sure of the class.
    expect([...objects]).toEqual([0, 0, -1, -1]);
    expect(targets[0]).toBe(1);
    expect(targets[1]).toBeCloseTo(0.8 ** 6, 5);
    const unknown = { ...truth, classes: Int32Array.of(2) };
    expect(() => vision.matchTaskAligned({ boxes: predicted, scores, points }, unknown)).toThrow(
      /class of object 0 is unknown[\s\S]*0 to 1/,
    );
  });

  test("images without objects match nothing", () => {
    const { objects } = vision.matchByIou(boxes([0, 0, 4, 4]), boxes());
    expect([...objects]).toEqual([-1]);
  });
});

describe("windows", () => {
  test("cover the picture up to its edge", () => {
    const windows = vision.slidingWindows([10, 7], { size: [4, 4], stride: [4, 3] });
    expect(windows.shape).toEqual([6, 4]);
    expect(numbers(windows).slice(0, 8)).toEqual([0, 0, 4, 4, 3, 0, 7, 4]);
    expect(numbers(windows).slice(16)).toEqual([0, 6, 4, 10, 3, 6, 7, 10]);
    expect(vision.slidingWindows([3, 9], { size: [4, 4] }).shape).toEqual([0, 4]);
  });

  test("a pyramid gets smaller down to its last size", () => {
    const photo = tensor(new Uint8Array(60 * 90 * 3).fill(7), [60, 90, 3]);
    const levels = vision.imagePyramid(photo, { factor: 1.5, smallest: [20, 20] });
    expect(levels.map(({ image }) => image.shape)).toEqual([
      [60, 90, 3],
      [40, 60, 3],
      [27, 40, 3],
    ]);
    expect(levels[1].scale).toEqual([2 / 3, 2 / 3]);
    expect(levels[2].image.data.every((value) => value === 7)).toBe(true);
    expect(vision.imagePyramid(photo, { maxLevels: 1 }).length).toBe(1);
    expect(() => vision.imagePyramid(photo, { factor: 1 })).toThrow(/factor cannot be used/);
  });
});

test("RoI align refuses pictures that are not there", () => {
  const features = tensor(new Float32Array(2 * 4 * 4), [2, 4, 4, 1]);
  const options = { outputSize: [1, 1], pictures: Int32Array.of(2) } as const;
  expect(() => vision.roiAlign(features, boxes([0, 0, 1, 1]), options)).toThrow(
    /Box 0 belongs to a picture that is not there[\s\S]*0 to 1/,
  );
});
