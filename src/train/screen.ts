// Text on a stream that may go away: a reader that has seen enough, a full disk, a closed terminal. What
// it says only accompanies the work, so its loss is noted and never thrown.

import { platform } from "#platform";
import type { TextStream } from "../platform/platform.ts";

/** Columns of a screen that does not say how many it has: docker and many CI systems report 0. */
const usualColumns = 80;

/** Writes to a stream for as long as the stream takes it. */
export class Screen {
  readonly #stream: TextStream;
  #loss: Error | undefined;

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** Why nothing can be written any more; undefined while all is well. */
  get loss(): Error | undefined {
    return this.#loss;
  }

  /** The width in characters. */
  get columns(): number {
    return this.#stream.columns || usualColumns;
  }

  /** The longest line that fits; no limit where the text goes to a file or another program. */
  get longestLine(): number {
    return this.#stream.isTTY === true ? this.columns : Number.POSITIVE_INFINITY;
  }

  /** Whether lines can be drawn over: on a terminal that knows how to clear a line. */
  get canRedraw(): boolean {
    return this.#stream.isTTY === true && !platform.isDumbTerminal;
  }

  /** Writes `text`, or nothing where the stream is gone. Never throws. */
  write(text: string): void {
    if (this.#loss !== undefined) return;
    try {
      this.#stream.write(text, (error) => {
        if (error) this.#failed(error);
      });
    } catch (error) {
      this.lose(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Takes note that the stream is gone. */
  lose(error: Error): void {
    this.#loss ??= error;
  }

  /**
   * A stream tells its writer first and its listeners next. Without one that means it, the error would end the
   * process: what is piped into the stream, as the output of workers is, listens only to throw it again.
   */
  #failed(error: Error): void {
    if (this.#loss === undefined) this.#stream.on?.("error", () => undefined);
    this.lose(error);
  }
}
