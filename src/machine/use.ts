// Something that is in use until nobody uses it and it is to end.

export class Use {
  readonly #release: () => Promise<void>;
  #running = 0;
  #free: (() => void) | undefined;
  #ended: Promise<void> | undefined;

  /** `release` is called once, when the last work is done and the end was asked for. */
  constructor(release: () => Promise<void>) {
    this.#release = release;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#free?.();
    }
  }

  /** Resolves when all is released. */
  end(): Promise<void> {
    this.#ended ??= this.#running === 0 ? this.#release() : this.#releaseLater();
    return this.#ended;
  }

  async #releaseLater(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#free = resolve;
    });
    await this.#release();
  }
}
