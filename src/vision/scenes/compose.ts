// Objects on a background: where each lies, what of it is seen, and what pixels and boxes come of it. Knows no kind of
// object.

import type { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Color } from "../../images/channels.ts";
import { latticeNoise } from "./noise.ts";
import { type Sprite, type SpriteMaker, solid } from "./sprite.ts";
import type { Background } from "./textures.ts";

/** One picture and what is in it. */
export interface Scene {
  /** `[H, W, 3]`. */
  readonly image: Tensor<Uint8Array>;
  /** `[B, 4]`: the box around the pixels of each object that are seen. */
  readonly boxes: Float32Array;
  /** `[B]`: the number of each object's class. */
  readonly labels: Int32Array;
  /** `[H, W]`: 0 for the background, else the number of the class that is seen, plus 1. */
  readonly map: Uint8Array;
}

/** What a scene is to be like. */
export interface ScenePlan {
  /** The fewest and the most objects. */
  readonly objects: readonly [number, number];
  /** The sizes of objects as shares of the picture's shorter side. */
  readonly objectSize: readonly [number, number];
  /** The largest share of an object that is hidden. */
  readonly occlusion: number;
}

/** Places that are tried before an object is left out. */
const attempts = 30;

/** Levels by which noise changes a pixel at most. */
const noiseLevels = 6;

/** Lays objects on a background, the later ones over the earlier ones. */
export async function compose(
  background: Background,
  makeSprite: SpriteMaker,
  plan: ScenePlan,
  random: RandomStream,
): Promise<Scene> {
  const [height, width] = background.image.shape;
  const canvas = new Canvas(background.image, plan.occlusion);
  const [fewest, most] = plan.objects;
  const count = fewest + random.below(most - fewest + 1);
  const avoid: Color[] = [...background.colors];
  for (let i = 0; i < count; i++) {
    const [smallest, largest] = plan.objectSize;
    const share = smallest + (largest - smallest) * random.uniform();
    const size = Math.max(2, share * Math.min(height, width));
    const sprite = await makeSprite({ random, size, avoid });
    if (canvas.place(sprite, random)) avoid.push(sprite.color);
  }
  canvas.addNoise(random.word());
  return canvas.scene();
}

/** An object that has its place. */
interface Placed {
  readonly label: number;
  /** Its pixels, those outside of the picture as well. */
  readonly area: number;
  /** Its pixels that are seen. */
  visible: number;
}

class Canvas {
  readonly #data: Uint8Array;
  readonly #height: number;
  readonly #width: number;
  readonly #occlusion: number;
  readonly #placed: Placed[] = [];
  /** For each pixel 0, or the number of the object that is seen there, from 1. */
  readonly #owners: Uint16Array;

  constructor({ data, shape }: Tensor<Uint8Array>, occlusion: number) {
    this.#data = data.slice();
    [this.#height, this.#width] = shape;
    this.#occlusion = occlusion;
    this.#owners = new Uint16Array(this.#height * this.#width);
  }

  /** Lays an object where it hides no other too much; false where no such place was found. */
  place(sprite: Sprite, random: RandomStream): boolean {
    const area = sprite.opacity.reduce((sum, opacity) => sum + Number(opacity >= solid), 0);
    if (area === 0) return false;
    for (let attempt = 0; attempt < attempts; attempt++) {
      // Its middle is within the picture.
      const top = Math.round(random.uniform() * this.#height - sprite.height / 2);
      const left = Math.round(random.uniform() * this.#width - sprite.width / 2);
      const visible = this.#visibleAt(sprite, top, left);
      if (visible < area * (1 - this.#occlusion) || !this.#sparesOthers(sprite, top, left))
        continue;
      this.#placed.push({ label: sprite.label, area, visible });
      this.#paint(sprite, top, left);
      return true;
    }
    return false;
  }

  #visibleAt(sprite: Sprite, top: number, left: number): number {
    let visible = 0;
    this.#eachPixel(sprite, top, left, (from) => {
      if (sprite.opacity[from] >= solid) visible++;
    });
    return visible;
  }

  /** Whether enough of each object that is there can still be seen. */
  #sparesOthers(sprite: Sprite, top: number, left: number): boolean {
    const taken = new Map<number, number>();
    this.#eachPixel(sprite, top, left, (from, to) => {
      const owner = this.#owners[to];
      if (owner === 0 || sprite.opacity[from] < solid) return;
      taken.set(owner, (taken.get(owner) ?? 0) + 1);
    });
    for (const [owner, count] of taken) {
      const { visible, area } = this.#placed[owner - 1];
      if (visible - count < area * (1 - this.#occlusion)) return false;
    }
    return true;
  }

  /** The latest object of `#placed`, in colour. */
  #paint(sprite: Sprite, top: number, left: number): void {
    const number = this.#placed.length;
    this.#eachPixel(sprite, top, left, (from, to) => {
      const opacity = sprite.opacity[from];
      for (let c = 0; c < 3; c++) {
        const below = this.#data[3 * to + c];
        this.#data[3 * to + c] = below + ((sprite.pixels[3 * from + c] - below) * opacity) / 255;
      }
      if (opacity < solid) return;
      const owner = this.#owners[to];
      if (owner > 0) this.#placed[owner - 1].visible--;
      this.#owners[to] = number;
    });
  }

  /** Calls `visit` with the place in the sprite and the place in the picture of each pixel that is in both. */
  #eachPixel(
    { height, width }: Sprite,
    top: number,
    left: number,
    visit: (from: number, to: number) => void,
  ): void {
    const [firstRow, lastRow] = [Math.max(0, -top), Math.min(height, this.#height - top)];
    const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(width, this.#width - left)];
    for (let row = firstRow; row < lastRow; row++) {
      for (let column = firstColumn; column < lastColumn; column++) {
        visit(row * width + column, (top + row) * this.#width + left + column);
      }
    }
  }

  /** What a camera adds. */
  addNoise(seed: number): void {
    for (let i = 0; i < this.#data.length; i++) {
      const value = this.#data[i] + 2 * noiseLevels * (latticeNoise(i, 0, seed) - 0.5);
      this.#data[i] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }

  scene(): Scene {
    const [height, width] = [this.#height, this.#width];
    const count = this.#placed.length;
    const boxes = new Float32Array(4 * count);
    for (let k = 0; k < count; k++) boxes.set([width, height, 0, 0], 4 * k);
    const map = new Uint8Array(height * width);
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const owner = this.#owners[i];
        if (owner === 0) continue;
        map[i] = this.#placed[owner - 1].label + 1;
        const at = 4 * (owner - 1);
        boxes[at] = Math.min(boxes[at], x);
        boxes[at + 1] = Math.min(boxes[at + 1], y);
        boxes[at + 2] = Math.max(boxes[at + 2], x + 1);
        boxes[at + 3] = Math.max(boxes[at + 3], y + 1);
      }
    }
    return {
      image: { data: this.#data, shape: [height, width, 3] },
      boxes,
      labels: Int32Array.from(this.#placed, ({ label }) => label),
      map,
    };
  }
}
