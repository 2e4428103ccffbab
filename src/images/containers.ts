// Pictures in files that are made of parts in any order: TIFF's directories and AVIF's boxes. How large the picture
// is, and how long the file has to be. Fields are those of TIFF 6.0, BigTIFF and ISO/IEC 14496-12.

/** Rows and columns. */
type Size = readonly [height: number, width: number];

/** Whole numbers of TIFF fields by their type: how they are read, and how many bytes they take. */
const types: Readonly<
  Record<number, readonly ["getUint16" | "getUint32" | "getBigUint64", number]>
> = { 3: ["getUint16", 2], 4: ["getUint32", 4], 13: ["getUint32", 4], 16: ["getBigUint64", 8] };

const tags = { width: 256, height: 257, strips: 273, stripBytes: 279, tiles: 324, tileBytes: 325 };
const wanted = new Set(Object.values(tags));

/** Whole numbers of the first directory, by tag. @throws RangeError where the bytes end before they do. */
function tiffFields(view: DataView, most: number): Map<number, number[]> {
  const little = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const wide = (at: number) => Number(view.getBigUint64(at, little));
  const long = (at: number) => view.getUint32(at, little);
  const start = isBig ? wide(8) : long(4);
  const count = isBig ? wide(start) : view.getUint16(start, little);
  const [first, step, inline] = isBig ? [start + 8, 20, 8] : [start + 2, 12, 4];
  const fields = new Map<number, number[]>();
  // Directories are sorted by tag.
  for (let i = 0, tag = 0; i < count && tag <= tags.tileBytes; i++) {
    const at = first + i * step;
    tag = view.getUint16(at, little);
    const type = types[view.getUint16(at + 2, little)];
    // Of a tag that comes again the first field counts, as in libtiff.
    if (!wanted.has(tag) || fields.has(tag) || type === undefined) continue;
    const [read, bytes] = type;
    const length = isBig ? wide(at + 4) : long(at + 4);
    const field = at + step - inline;
    const isInline = length * bytes <= inline;
    const from = isInline ? field : isBig ? wide(field) : long(field);
    // A count that no file of this length could hold.
    if (length * bytes > view.byteLength) throw new RangeError("the field ends behind the file");
    const values = Array.from({ length: Math.min(length, most) }, (_, k) =>
      Number(view[read](from + k * bytes, little)),
    );
    fields.set(tag, values);
  }
  return fields;
}

/** The size in TIFF's first directory. @throws RangeError where the bytes end before it. */
export function tiffSize(view: DataView): Size | undefined {
  const fields = tiffFields(view, 1);
  const [height, width] = [fields.get(tags.height)?.[0], fields.get(tags.width)?.[0]];
  return width === undefined || height === undefined ? undefined : [height, width];
}

/** Where the last strip or tile of the first directory ends. @throws RangeError where the bytes end before it says. */
export function tiffEnd(view: DataView): number {
  const fields = tiffFields(view, Infinity);
  const starts = fields.get(tags.strips) ?? fields.get(tags.tiles) ?? [];
  const sizes = fields.get(tags.stripBytes) ?? fields.get(tags.tileBytes) ?? [];
  return starts.reduce((end, start, i) => Math.max(end, start + (sizes[i] ?? 0)), 0);
}

/** Boxes that hold other boxes on the way to a size, with the bytes before the first. */
const parents: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };

/**
 * The largest size that AVIF's properties state: a picture of tiles states theirs as well.
 *
 * @throws RangeError where the bytes end before it.
 */
export function avifSize(view: DataView): Size | undefined {
  let largest: Size | undefined;
  let isCut = false;
  const visit = (start: number, end: number): void => {
    for (let at = start; at + 8 <= end; ) {
      const { name, inside, next } = boxAt(view, at, end);
      isCut ||= next > end;
      if (name === "ispe") {
        const size = [view.getUint32(inside + 8), view.getUint32(inside + 4)] as const;
        if (largest === undefined || size[0] * size[1] > largest[0] * largest[1]) largest = size;
      }
      if (Object.hasOwn(parents, name)) visit(inside + parents[name], Math.min(next, end));
      at = next;
    }
  };
  visit(0, view.byteLength);
  if (largest === undefined && isCut) throw new RangeError("the bytes end before the size");
  return largest;
}

/** Where the last box of the file ends. */
export function avifEnd(view: DataView): number {
  let at = 0;
  while (at + 8 <= view.byteLength) at = boxAt(view, at, view.byteLength).next;
  return at;
}

/** The box at `at`, and where the next one begins, which may lie behind `end`. */
function boxAt(view: DataView, at: number, end: number) {
  const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
  const length = view.getUint32(at);
  const isWide = length === 1;
  const size = isWide ? Number(view.getBigUint64(at + 8)) : length;
  const inside = at + (isWide ? 16 : 8);
  // 0 means all the rest. What is shorter than its own head leads nowhere.
  return { name, inside, next: size < inside - at ? end : at + size };
}
