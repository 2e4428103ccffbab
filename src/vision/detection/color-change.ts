// Brightness, contrast, saturation and hue as one affine function of the colours of a pixel.

/** A row of nine factors, and three numbers that are added. */
export interface ColorChange {
  readonly factors: readonly number[];
  readonly offsets: readonly number[];
}

/** How colours change: factors around 1, and turns of the colour circle around 0. */
export interface ColorAmounts {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
}

/** The weights of red, green and blue in how bright a colour looks (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114];

/** What contrast is measured from. */
const middle = 128;

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

function product(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, i) => {
    const [row, column] = [3 * Math.floor(i / 3), i % 3];
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6];
  });
}

/** A turn about the axis of greys, by a part of the circle. */
function hueTurn(part: number): number[] {
  const angle = 2 * Math.PI * part;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle) / Math.sqrt(3)];
  const rest = (1 - cosine) / 3;
  return [
    cosine + rest,
    rest - sine,
    rest + sine,
    rest + sine,
    cosine + rest,
    rest - sine,
    rest - sine,
    rest + sine,
    cosine + rest,
  ];
}

/** The function of these amounts: hue first, then saturation, brightness and contrast. */
export function colorChange(amounts: ColorAmounts): ColorChange {
  const { brightness, contrast, saturation, hue } = amounts;
  const saturating = identity.map((one, i) => saturation * one + (1 - saturation) * luma[i % 3]);
  const gain = brightness * contrast;
  const factors = product(saturating, hueTurn(hue)).map((factor) => gain * factor);
  const offset = middle * (1 - contrast);
  return { factors, offsets: [offset, offset, offset] };
}

/** Changes the colours of pixels in place: one channel, or red, green, blue and others that stay. */
export function changeColors(
  pixels: Uint8ClampedArray,
  channels: number,
  { factors, offsets }: ColorChange,
): void {
  if (channels < 3) {
    const gain = factors[0] + factors[1] + factors[2];
    const [offset] = offsets;
    for (let i = 0; i < pixels.length; i += channels) pixels[i] = gain * pixels[i] + offset;
    return;
  }
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = factors;
  const [r, g, b] = offsets;
  for (let i = 0; i < pixels.length; i += channels) {
    const [red, green, blue] = [pixels[i], pixels[i + 1], pixels[i + 2]];
    pixels[i] = rr * red + rg * green + rb * blue + r;
    pixels[i + 1] = gr * red + gg * green + gb * blue + g;
    pixels[i + 2] = br * red + bg * green + bb * blue + b;
  }
}
