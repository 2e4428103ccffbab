// Smooth random functions of the plane: the same number for the same place and seed, in any order of asking. Textures
// are made of them.

/** A number in [0, 1) for a point of the whole-numbered grid; neighbours have nothing in common. */
export function latticeNoise(x: number, y: number, seed: number): number {
  let word = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed;
  word = Math.imul(word ^ (word >>> 15), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return ((word ^ (word >>> 16)) >>> 8) * 2 ** -24;
}

/** A number in [0, 1) that changes smoothly, about once from one whole number to the next. */
export function valueNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const right = smooth(x - column);
  const down = smooth(y - row);
  const top = mix(latticeNoise(column, row, seed), latticeNoise(column + 1, row, seed), right);
  const bottom = mix(
    latticeNoise(column, row + 1, seed),
    latticeNoise(column + 1, row + 1, seed),
    right,
  );
  return mix(top, bottom, down);
}

/** Value noise at several scales, each half as large and half as strong as the one before. */
export function fractalNoise(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let strength = 0.5;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    const scale = 2 ** octave;
    sum += strength * valueNoise(x * scale, y * scale, seed + octave);
    total += strength;
    strength /= 2;
  }
  return sum / total;
}

/** From `a` to `b` as `t` goes from 0 to 1. */
export const mix = (a: number, b: number, t: number): number => a + (b - a) * t;

/** From 0 to 1 with no slope at either end. */
export const smooth = (t: number): number => t * t * (3 - 2 * t);
