// Where the boxes of a graph go: rank below rank, so that arrows point down and few of them cross. Knows
// boxes and arrows, not what they stand for. After Sugiyama, Tagawa and Toda, "Methods for visual
// understanding of hierarchical system structures", 1981.

/** A box to be placed; sizes in pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** From the box at index `from` to the one at `to`, which lies further down. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Boxes by their upper left corners, arrows by the points that they run through. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Point[];
  readonly arrows: readonly (readonly Point[])[];
}

/** Pixels between neighbours, and between ranks. */
const gap = 28;
const rankGap = 44;
const sweeps = 12;

/** A box, or the place where a long arrow passes a rank. */
interface Spot {
  readonly width: number;
  readonly rank: number;
  readonly above: Spot[];
  readonly below: Spot[];
  /** The middle. */
  x: number;
}

/** Places boxes and arrows. Arrows must not run in a circle. */
export function layOut(boxes: readonly Box[], arrows: readonly Arrow[]): GraphLayout {
  const ranks = ranksOf(boxes.length, arrows);
  const spots: Spot[] = boxes.map(({ width }, i) => spotAt(ranks[i], width));
  const chains = arrows.map(({ from, to }) => chain(spots, from, to));
  const rows = rowsOf([...spots, ...chains.flat()]);
  for (let sweep = 0; sweep < sweeps; sweep++) untangle(rows, sweep % 2 === 0);
  spread(rows);

  const tallest = rows.map((_, rank) =>
    Math.max(...boxes.filter((_, i) => ranks[i] === rank).map(({ height }) => height), 0),
  );
  const tops = tallest.map((_, rank) =>
    tallest.slice(0, rank).reduce((sum, height) => sum + height + rankGap, 0),
  );
  const left = Math.min(...rows.flat().map(({ x, width }) => x - width / 2));
  const right = Math.max(...rows.flat().map(({ x, width }) => x + width / 2));
  const xOf = (spot: Spot) => spot.x - left;
  return {
    width: right - left,
    height: tops[tops.length - 1] + tallest[tallest.length - 1],
    boxes: boxes.map(({ width }, i) => ({ x: xOf(spots[i]) - width / 2, y: tops[ranks[i]] })),
    arrows: arrows.map(({ from, to }, i) => [
      { x: xOf(spots[from]), y: tops[ranks[from]] + boxes[from].height },
      ...chains[i].flatMap((spot) => [
        { x: xOf(spot), y: tops[spot.rank] },
        { x: xOf(spot), y: tops[spot.rank] + tallest[spot.rank] },
      ]),
      { x: xOf(spots[to]), y: tops[ranks[to]] },
    ]),
  };
}

/** Each box as far down as the longest way to it, and what leads to one box only, close to it. */
function ranksOf(count: number, arrows: readonly Arrow[]): number[] {
  const ranks = new Array<number>(count).fill(0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from, to } of arrows) {
      if (ranks[to] > ranks[from]) continue;
      ranks[to] = ranks[from] + 1;
      changed = true;
    }
  }
  for (let i = 0; i < count; i++) {
    const targets = arrows.filter(({ from }) => from === i).map(({ to }) => ranks[to]);
    const isFirst = arrows.every(({ to }) => to !== i);
    if (isFirst && targets.length > 0) ranks[i] = Math.min(...targets) - 1;
  }
  return ranks;
}

function spotAt(rank: number, width: number): Spot {
  return { rank, width, above: [], below: [], x: 0 };
}

function connect(upper: Spot, lower: Spot): void {
  upper.below.push(lower);
  lower.above.push(upper);
}

/** The spots that an arrow passes on its way down. */
function chain(spots: readonly Spot[], from: number, to: number): Spot[] {
  const passing: Spot[] = [];
  let last = spots[from];
  for (let rank = spots[from].rank + 1; rank < spots[to].rank; rank++) {
    const spot = spotAt(rank, 8);
    connect(last, spot);
    passing.push(spot);
    last = spot;
  }
  connect(last, spots[to]);
  return passing;
}

function rowsOf(spots: readonly Spot[]): Spot[][] {
  const rows: Spot[][] = [];
  for (const spot of spots) {
    rows[spot.rank] ??= [];
    rows[spot.rank].push(spot);
  }
  return rows;
}

const meanOf = (values: readonly number[], otherwise: number) =>
  values.length === 0 ? otherwise : values.reduce((a, b) => a + b) / values.length;

/** Orders each row by the mean place of its neighbours in the row before it, downwards or upwards. */
function untangle(rows: Spot[][], down: boolean): void {
  const order = down ? rows : [...rows].reverse();
  order.forEach((row, i) => {
    if (i === 0) return;
    const places = new Map(order[i - 1].map((spot, at) => [spot, at]));
    const wish = new Map(
      row.map((spot, at) => {
        const near = (down ? spot.above : spot.below).flatMap((other) => places.get(other) ?? []);
        return [spot, meanOf(near, at)];
      }),
    );
    row.sort((a, b) => (wish.get(a) as number) - (wish.get(b) as number));
  });
}

/** Gives every spot its x: near its neighbours above and below, and apart from those beside it. */
function spread(rows: Spot[][]): void {
  for (const row of rows)
    settle(
      row,
      row.map(() => 0),
    );
  for (let sweep = 0; sweep < 2 * sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : [...rows].reverse()) {
      const wishes = row.map(({ above, below, x }) => {
        const near = down ? above : below;
        const all = near.length > 0 ? near : [...above, ...below];
        return meanOf(
          all.map((spot) => spot.x),
          x,
        );
      });
      settle(row, wishes);
    }
  }
}

/** Puts a row's spots as close to their wishes as their order and widths allow: least squares. */
function settle(row: readonly Spot[], wishes: readonly number[]): void {
  // Distances from the row's left end; what is left are places that must not decrease.
  const offsets: number[] = [];
  row.forEach(({ width }, i) => {
    const before = row[i - 1];
    offsets.push(before === undefined ? 0 : offsets[i - 1] + (before.width + width) / 2 + gap);
  });
  const groups: { sum: number; count: number }[] = [];
  wishes.forEach((wish, i) => {
    let group = { sum: wish - offsets[i], count: 1 };
    for (;;) {
      const last = groups[groups.length - 1];
      if (last === undefined || last.sum / last.count < group.sum / group.count) break;
      groups.pop();
      group = { sum: last.sum + group.sum, count: last.count + group.count };
    }
    groups.push(group);
  });
  const places = groups.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  row.forEach((spot, i) => {
    spot.x = places[i] + offsets[i];
  });
}
