// Who has the highest score, while scores fall: a binary heap. Of equal scores the earlier row comes first.

/** All rows at first; the top one falls or goes. */
export class ScoreQueue {
  readonly scores: Float64Array;
  readonly #heap: Int32Array;
  #size: number;

  constructor(scores: Float64Array) {
    this.scores = scores;
    this.#size = scores.length;
    this.#heap = Int32Array.from(scores, (_, i) => i);
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get size(): number {
    return this.#size;
  }

  /** The row with the highest score. */
  get top(): number {
    return this.#heap[0];
  }

  lowerTop(score: number): void {
    this.scores[this.#heap[0]] = score;
    this.#sink(0);
  }

  removeTop(): void {
    this.#size--;
    this.#heap[0] = this.#heap[this.#size];
    this.#sink(0);
  }

  #comesBefore(a: number, b: number): boolean {
    const [first, second] = [this.scores[a], this.scores[b]];
    return first > second || (first === second && a < b);
  }

  #sink(start: number): void {
    const heap = this.#heap;
    const row = heap[start];
    let at = start;
    for (let child = 2 * at + 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#comesBefore(heap[child + 1], heap[child])) child++;
      if (!this.#comesBefore(heap[child], row)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = row;
  }
}
