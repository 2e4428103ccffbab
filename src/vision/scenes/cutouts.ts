// Things cut out of grey pictures with a black background, such as garments and digits: enlarged or shrunk, turned a
// little, mirrored and coloured.

import type { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import { resize } from "../../images/resize.ts";
import { distinctColor } from "./colors.ts";
import { mix } from "./noise.ts";
import type { ColoredSprite, SpriteRequest } from "./sprite.ts";

/** Levels below this are background where they touch the border, or other background. */
const darkest = 12;

/** How different a thing is from what it lies on, in levels of colour. */
const contrast = 90;

/** The angle by which a thing is turned at most, in radians: 15 degrees. */
const steepest = Math.PI / 12;

/** The part of a thing's colour that its darkest places have. */
const shade = 0.35;

/** Grey and opacity of a thing, without the background around it: `[H, W, 2]`. */
type Cutout = Tensor<Uint8Array>;

/** The thing in the grey picture `image`, `[H, W, 1]`, of the class `label`. */
export function cutoutSprite(
  image: Tensor<Uint8Array>,
  label: number,
  { random, size, avoid }: SpriteRequest,
): ColoredSprite {
  const color = distinctColor(random, avoid, contrast);
  const turn = drawTurn(random);
  const cutout = cutOut(image);
  if (cutout === undefined) {
    return {
      height: 1,
      width: 1,
      label,
      pixels: new Uint8Array(3),
      opacity: new Uint8Array(1),
      color,
    };
  }
  const [height, width] = cutout.shape;
  const scale = size / Math.max(height, width);
  const sized = resize(cutout, {
    size: [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))],
    alpha: false,
  });
  return colored(turned(sized, turn), label, color);
}

/** Cuts off what is dark and touches the border; undefined where nothing is left. */
function cutOut({ data, shape }: Tensor<Uint8Array>): Cutout | undefined {
  const [height, width] = shape;
  const isBackground = new Uint8Array(height * width);
  const waiting: number[] = [];
  const visit = (i: number) => {
    if (isBackground[i] === 1 || data[i] >= darkest) return;
    isBackground[i] = 1;
    waiting.push(i);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
    if (i % width > 0) visit(i - 1);
    if (i % width < width - 1) visit(i + 1);
    if (i >= width) visit(i - width);
    if (i < (height - 1) * width) visit(i + width);
  }
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < isBackground.length; i++) {
    if (isBackground[i] === 1) continue;
    left = Math.min(left, i % width);
    right = Math.max(right, (i % width) + 1);
    top = Math.min(top, Math.floor(i / width));
    bottom = Math.floor(i / width) + 1;
  }
  if (right === 0) return undefined;
  // With a pixel around it, so that its edge is soft.
  const [rows, columns] = [bottom - top + 2, right - left + 2];
  const cut = new Uint8Array(rows * columns * 2);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const from = y * width + x;
      if (isBackground[from] === 1) continue;
      const to = 2 * ((y - top + 1) * columns + x - left + 1);
      cut[to] = data[from];
      cut[to + 1] = 255;
    }
  }
  return { data: cut, shape: [rows, columns, 2] };
}

interface Turn {
  readonly angle: number;
  readonly isMirrored: boolean;
}

function drawTurn(random: RandomStream): Turn {
  const angle = steepest * (2 * random.uniform() - 1);
  return { angle, isMirrored: random.uniform() < 0.5 };
}

/** Turned about its middle, in a frame that holds all of it. */
function turned({ data, shape }: Cutout, { angle, isMirrored }: Turn): Cutout {
  const [height, width] = shape;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const rows = Math.ceil(height * cosine + width * Math.abs(sine));
  const columns = Math.ceil(width * cosine + height * Math.abs(sine));
  const result = new Uint8Array(rows * columns * 2);
  const at = (row: number, column: number, c: number) =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : data[2 * (row * width + column) + c];
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to += 2) {
      const x = (column + 0.5 - columns / 2) * (isMirrored ? -1 : 1);
      const y = row + 0.5 - rows / 2;
      const fromX = cosine * x + sine * y + width / 2 - 0.5;
      const fromY = cosine * y - sine * x + height / 2 - 0.5;
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = [fromX - left, fromY - top];
      for (let c = 0; c < 2; c++) {
        const upper = mix(at(top, left, c), at(top, left + 1, c), right);
        const lower = mix(at(top + 1, left, c), at(top + 1, left + 1, c), right);
        result[to + c] = Math.round(mix(upper, lower, down));
      }
    }
  }
  return { data: result, shape: [rows, columns, 2] };
}

/** A colour where the thing is brightest, darker elsewhere. */
function colored(
  { data, shape }: Cutout,
  label: number,
  color: ColoredSprite["color"],
): ColoredSprite {
  const [height, width] = shape;
  const pixels = new Uint8Array(height * width * 3);
  const opacity = new Uint8Array(height * width);
  const brightest = data.reduce(
    (most, level, i) => (i % 2 === 0 ? Math.max(most, level) : most),
    1,
  );
  for (let i = 0; i < opacity.length; i++) {
    opacity[i] = data[2 * i + 1];
    // Grey at the edge is mixed with the black around it: what is seen of it has the grey of the thing.
    const grey = opacity[i] === 0 ? 0 : Math.min(1, ((data[2 * i] / brightest) * 255) / opacity[i]);
    const strength = mix(shade, 1, grey);
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = color[c] * strength;
  }
  return { height, width, label, pixels, opacity, color };
}
