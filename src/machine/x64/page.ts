// Pages of memory, which are the same on every system that the x64 target runs on.

/** A page of every processor that the x64 target runs on. */
export const pageBytes = 4096;

/** The next multiple of `unit`. */
export const roundUp = (bytes: number, unit: number) => Math.ceil(bytes / unit) * unit;
