// The parts of a page that may be about thousands of pictures: kept as text up to a limit, so that neither memory nor the
// page grows with the folder.

/** Characters of a page with pictures; browsers open it at once. */
const mostCharacters = 2 ** 26;

/** The first parts of a page, as many as there is room for, but at least one. */
export class PageSections {
  readonly all: string[] = [];
  readonly #most: number;
  #length = 0;

  /** @param most characters of all parts together. Default: 64 Mi. */
  constructor(most = mostCharacters) {
    this.#most = most;
  }

  /** Adds what `make` gives if there is room; once there is none, `make` is not called any more. */
  add(make: () => string): void {
    if (this.#length >= this.#most) return;
    const section = make();
    this.#length += section.length;
    if (this.#length <= this.#most || this.all.length === 0) this.all.push(section);
    else this.#length = this.#most;
  }
}
