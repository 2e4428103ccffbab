// Random numbers from a counter: Philox 4x32-10. The n-th number of a stream depends on its key and on n
// alone, so a mask or a shuffle is the same on one thread, on sixteen and on every target. Source: Salmon
// et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

/** The generator's constants; the kernel language computes the same function from them. */
export const philoxConstants = {
  rounds: 10,
  multiplierA: 0xd2511f53,
  multiplierB: 0xcd9e8d57,
  weylA: 0x9e3779b9,
  weylB: 0xbb67ae85,
} as const;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
export function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  // Neither sum reaches 2^32.
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/** One Philox block: four random 32-bit words for a counter of four words and a key of two. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  const words = new Uint32Array(4);
  fillBlock(words, counter, key);
  return [words[0], words[1], words[2], words[3]];
}

/** The same into four words that exist already: weights of large networks are drawn by the ten million. */
function fillBlock(words: Uint32Array, counter: ArrayLike<number>, key: ArrayLike<number>): void {
  const { rounds, multiplierA, multiplierB, weylA, weylB } = philoxConstants;
  let c0 = counter[0] >>> 0;
  let c1 = counter[1] >>> 0;
  let c2 = counter[2] >>> 0;
  let c3 = counter[3] >>> 0;
  let k0 = key[0] >>> 0;
  let k1 = key[1] >>> 0;
  for (let round = 0; round < rounds; round++) {
    const highA = multiplyHigh(multiplierA, c0);
    const lowA = Math.imul(multiplierA, c0) >>> 0;
    const highB = multiplyHigh(multiplierB, c2);
    const lowB = Math.imul(multiplierB, c2) >>> 0;
    c0 = (highB ^ c1 ^ k0) >>> 0;
    c1 = lowB;
    c2 = (highA ^ c3 ^ k1) >>> 0;
    c3 = lowA;
    k0 = (k0 + weylA) >>> 0;
    k1 = (k1 + weylB) >>> 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/**
 * A seed, any safe integer, as two words: the lower 32 bits are part of Philox's key, the upper ones of
 * its counter, where they are 0 for seeds from 0 to 2^32 - 1.
 */
export function seedWords(seed: number): [low: number, high: number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/** A word as a number in [0, 1), a multiple of 2^-24, so that f32 holds it exactly. */
export function toUnit(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** Numbers drawn one after another from the stream that `seed` and `stream` name. */
export class RandomStream {
  readonly #key: Uint32Array;
  /** The counter of the next block: its first two words count. */
  readonly #counter: Uint32Array;
  readonly #block = new Uint32Array(4);
  /** How many words of the block were given. */
  #given = 4;

  constructor(seed: number, stream = 0) {
    const [low, high] = seedWords(seed);
    this.#key = Uint32Array.of(low, stream >>> 0);
    this.#counter = Uint32Array.of(0, 0, high, 0);
  }

  /** The next 32-bit word. */
  word(): number {
    if (this.#given === 4) {
      const counter = this.#counter;
      fillBlock(this.#block, counter, this.#key);
      counter[0]++;
      if (counter[0] === 0) counter[1]++;
      this.#given = 0;
    }
    return this.#block[this.#given++];
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return toUnit(this.word());
  }

  /** Normal with mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A whole number in [0, limit), without bias. */
  below(limit: number): number {
    const rest = 2 ** 32 % limit;
    for (;;) {
      const word = this.word();
      if (word < 2 ** 32 - rest) return word % limit;
    }
  }

  /** The numbers 0 to length - 1 in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
