// The size of pictures in files that are made of parts in any order: TIFF's directories and AVIF's boxes.

/** Rows and columns. */
type Size = readonly [height: number, width: number];

/** Bytes of one value of a TIFF field, by its type: only whole numbers can be sizes. */
const readers: Readonly<Record<number, "getUint16" | "getUint32" | "getBigUint64">> = {
  3: "getUint16",
  4: "getUint32",
  16: "getBigUint64",
};

/**
 * The size in TIFF's first directory; also of BigTIFF.
 *
 * @throws RangeError where the bytes end before it.
 */
export function tiffSize(view: DataView): Size | undefined {
  const little = view.getUint8(0) === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  const wide = (at: number) => Number(view.getBigUint64(at, little));
  const start = isBig ? wide(8) : view.getUint32(4, little);
  const count = isBig ? wide(start) : view.getUint16(start, little);
  const [first, step, value] = isBig ? [start + 8, 20, 12] : [start + 2, 12, 8];
  const found = new Map<number, number>();
  for (let i = 0; i < count && found.size < 2; i++) {
    const at = first + i * step;
    const tag = view.getUint16(at, little);
    const reader = readers[view.getUint16(at + 2, little)];
    if ((tag === 256 || tag === 257) && reader !== undefined) {
      found.set(tag, Number(view[reader](at + value, little)));
    }
  }
  const [width, height] = [found.get(256), found.get(257)];
  return width === undefined || height === undefined ? undefined : [height, width];
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
      const { name, inside, next, isWhole } = boxAt(view, at, end);
      isCut ||= !isWhole;
      if (name === "ispe") {
        const size = [view.getUint32(inside + 8), view.getUint32(inside + 4)] as const;
        if (largest === undefined || size[0] * size[1] > largest[0] * largest[1]) largest = size;
      }
      if (Object.hasOwn(parents, name)) visit(inside + parents[name], next);
      at = next;
    }
  };
  visit(0, view.byteLength);
  if (largest === undefined && isCut) throw new RangeError("the bytes end before the size");
  return largest;
}

function boxAt(view: DataView, at: number, end: number) {
  const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
  const length = view.getUint32(at);
  const isWide = length === 1;
  const size = isWide ? Number(view.getBigUint64(at + 8)) : length;
  const inside = at + (isWide ? 16 : 8);
  // 0 means all the rest. What is shorter than its own head leads nowhere.
  const next = size < inside - at ? end : Math.min(end, at + size);
  return { name, inside, next, isWhole: at + size <= end };
}
