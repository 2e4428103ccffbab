// The samples of a PNG as they are stored: numbers of palette entries and levels of grey, which decoders of pictures turn
// into colours. For masks, whose samples are classes. Knows nothing of colours. Source: W3C, "Portable Network Graphics
// (PNG) Specification (Third Edition)".

import { Unzlib } from "fflate";
import { FormatError } from "../core/errors.ts";

/** Samples, one row of pixels after the other. */
export interface PngSamples {
  readonly height: number;
  readonly width: number;
  /** 1 for grey and for a palette, 2 for grey with transparency, 3 for colour, 4 for colour with transparency. */
  readonly channels: number;
  readonly isPalette: boolean;
  /** `[H, W, channels]`: numbers of 1 to 16 bits, as they are stored. */
  readonly data: Uint16Array;
}

/** Limits and names of a reading. */
export interface PngSamplesOptions {
  /** The most pixels, width times height. Default: 2²⁷. */
  readonly maxPixels?: number;
  /** What errors call the file. Default: `The PNG`. */
  readonly name?: string;
}

/** Channels by the colour type of the header. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const paletteType = 3;

/** Where each pass of an interlaced picture begins, and how far apart its pixels are. */
const passes = [
  { left: 0, top: 0, right: 8, down: 8 },
  { left: 4, top: 0, right: 8, down: 8 },
  { left: 0, top: 4, right: 4, down: 8 },
  { left: 2, top: 0, right: 4, down: 4 },
  { left: 0, top: 2, right: 2, down: 4 },
  { left: 1, top: 0, right: 2, down: 2 },
  { left: 0, top: 1, right: 1, down: 2 },
] as const;
const wholePass = { left: 0, top: 0, right: 1, down: 1 } as const;

/** Bytes that are fed at a time: they unpack to 16 MB at the very most before the size is looked at. */
const pieceBytes = 2 ** 14;

interface Header {
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly type: number;
  readonly channels: number;
  readonly isInterlaced: boolean;
}

/**
 * The samples of the PNG in `bytes`.
 *
 * @throws FormatError where it is no PNG, damaged, or has more pixels than it may. Nothing large is allocated before that
 * is known.
 * @example const { data, isPalette } = pngSamples(bytes);
 */
export function pngSamples(bytes: Uint8Array, options: PngSamplesOptions = {}): PngSamples {
  const { maxPixels = 2 ** 27, name = "The PNG" } = options;
  try {
    const { header, packed } = chunksOf(bytes, name);
    const { height, width, channels, type } = header;
    if (height * width > maxPixels) throw tooManyPixels(name, header, maxPixels);
    const rows = partsOf(header);
    const length = rows.reduce((sum, { rowBytes, rows: count }) => sum + count * (rowBytes + 1), 0);
    const filtered = unpack(packed, length, name);
    const data = new Uint16Array(height * width * channels);
    let at = 0;
    for (const part of rows) {
      unfilter(filtered, at, part, bytesOfPixel(header), name);
      for (let row = 0; row < part.rows; row++) {
        const from = at + row * (part.rowBytes + 1) + 1;
        scatter(filtered, from, row, part, header, data);
      }
      at += part.rows * (part.rowBytes + 1);
    }
    return { height, width, channels, isPalette: type === paletteType, data };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw damaged(name, "it ends too early", cause);
  }
}

const bytesOfPixel = ({ channels, depth }: Header) => Math.max(1, (channels * depth) >> 3);

/** A pass, and how many rows and columns of it there are. */
interface Part {
  readonly pass: (typeof passes)[number] | typeof wholePass;
  readonly rows: number;
  readonly columns: number;
  readonly rowBytes: number;
}

function partsOf({ height, width, depth, channels, isInterlaced }: Header): Part[] {
  return (isInterlaced ? passes : [wholePass]).flatMap((pass) => {
    const rows = Math.ceil((height - pass.top) / pass.down);
    const columns = Math.ceil((width - pass.left) / pass.right);
    if (rows < 1 || columns < 1) return [];
    return [{ pass, rows, columns, rowBytes: Math.ceil((columns * channels * depth) / 8) }];
  });
}

function chunksOf(bytes: Uint8Array, name: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) {
    throw damaged(name, "it does not begin as a PNG does");
  }
  let header: Header | undefined;
  const packed: Uint8Array[] = [];
  for (let at = 8; ; ) {
    const length = view.getUint32(at);
    const kind = view.getUint32(at + 4);
    if (at + 12 + length > bytes.length) throw damaged(name, "it ends too early");
    if (kind === 0x49484452) header ??= headerAt(view, at + 8, name);
    if (kind === 0x49444154) packed.push(bytes.subarray(at + 8, at + 8 + length));
    if (kind === 0x49454e44) break;
    at += 12 + length;
  }
  if (header === undefined || packed.length === 0) throw damaged(name, "it has no pixels");
  return { header, packed };
}

function headerAt(view: DataView, at: number, name: string): Header {
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  const [depth, type] = [view.getUint8(at + 8), view.getUint8(at + 9)];
  const channels = channelsOf[type];
  const hasDepth = [1, 2, 4, 8, 16].includes(depth) && (channels === 1 || depth >= 8);
  const isKnown = channels !== undefined && hasDepth && (type !== paletteType || depth <= 8);
  const methods = [10, 11].map((i) => view.getUint8(at + i));
  const interlace = view.getUint8(at + 12);
  if (!isKnown || methods.some((method) => method !== 0) || interlace > 1) {
    throw damaged(name, "its header is not one of a PNG");
  }
  if (width < 1 || height < 1) throw damaged(name, "it has no pixels");
  return { height, width, depth, type, channels, isInterlaced: interlace === 1 };
}

/** Exactly `length` bytes. */
function unpack(packed: readonly Uint8Array[], length: number, name: string): Uint8Array {
  const packedBytes = packed.reduce((sum, { length: count }) => sum + count, 0);
  // No deflated byte unpacks to more than 1032.
  if (length > packedBytes * 1032) throw damaged(name, "its pixels end too early");
  const result = new Uint8Array(length);
  let at = 0;
  const inflate = new Unzlib((chunk) => {
    if (at + chunk.length > length) throw damaged(name, "it has more pixels than its header says");
    result.set(chunk, at);
    at += chunk.length;
  });
  try {
    for (const part of packed) {
      for (let from = 0; from < part.length; from += pieceBytes) {
        inflate.push(part.subarray(from, from + pieceBytes));
      }
    }
    inflate.push(new Uint8Array(0), true);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(name, "its pixels cannot be unpacked", cause);
  }
  if (at < length) throw damaged(name, "its pixels end too early");
  return result;
}

/** Undoes the filters of all rows of a part, in place. */
function unfilter(data: Uint8Array, start: number, part: Part, step: number, name: string): void {
  const { rows, rowBytes } = part;
  for (let row = 0; row < rows; row++) {
    const at = start + row * (rowBytes + 1);
    const filter = data[at];
    if (filter > 4) throw damaged(name, "a row has a filter that does not exist");
    if (filter === 0) continue;
    for (let i = 1; i <= rowBytes; i++) {
      const left = i > step ? data[at + i - step] : 0;
      const above = row > 0 ? data[at + i - rowBytes - 1] : 0;
      const corner = i > step && row > 0 ? data[at + i - rowBytes - 1 - step] : 0;
      data[at + i] += predicted(filter, left, above, corner);
    }
  }
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  // Paeth's choice: the neighbour that is closest to left + above - corner.
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** The samples of a row of a pass, to their places. */
function scatter(
  data: Uint8Array,
  from: number,
  row: number,
  { pass, columns }: Part,
  { width, channels, depth }: Header,
  result: Uint16Array,
): void {
  const first = ((pass.top + row * pass.down) * width + pass.left) * channels;
  const step = pass.right * channels;
  const mask = 2 ** depth - 1;
  for (let column = 0, i = 0; column < columns; column++) {
    for (let c = 0; c < channels; c++, i++) {
      const bit = i * depth;
      const sample =
        depth === 16
          ? (data[from + 2 * i] << 8) | data[from + 2 * i + 1]
          : (data[from + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
      result[first + column * step + c] = sample;
    }
  }
}

function damaged(name: string, why: string, cause?: unknown): FormatError {
  return new FormatError({
    what: `${name} cannot be decoded: ${why}.`,
    expected: "a whole PNG",
    fix: "Save or download it again.",
    cause,
  });
}

function tooManyPixels(name: string, { height, width }: Header, most: number): FormatError {
  return new FormatError({
    what: `${name} has too many pixels.`,
    expected: `at most ${most} pixels`,
    received: `${width} x ${height} pixels`,
  });
}
