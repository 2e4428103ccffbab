// TensorBoard's event files: numbers, histograms, pictures and graphs as bytes. Knows the format, and
// nothing of training. Layout: TensorFlow's event.proto, summary.proto, graph.proto and record_writer.cc.

/** One number, distribution or picture under a name. */
export type EventValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly histogram: Histogram }
  | { readonly tag: string; readonly image: EventImage };

/** A picture that is packed already. */
export interface EventImage {
  readonly height: number;
  readonly width: number;
  /** 1 is grey, 2 grey with alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
  readonly png: Uint8Array;
}

/** How often values fall below each limit, and at or above the one before it. */
export interface Histogram {
  readonly least: number;
  readonly largest: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** A node of a graph: what it is called, what it is, and whose results it takes. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
}

/** What one record of the file says. */
export type EventContent =
  | { readonly version: true }
  | { readonly values: readonly EventValue[] }
  | { readonly graph: readonly GraphNode[] };

export interface EventRecord {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly content: EventContent;
}

/** Grows by what Protocol Buffers are made of. https://protobuf.dev/programming-guides/encoding */
class Message {
  readonly #bytes: number[] = [];

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  #key(field: number, wire: 0 | 1 | 2 | 5): void {
    this.#varint(field * 8 + wire);
  }

  whole(field: number, value: number): this {
    this.#key(field, 0);
    this.#varint(value);
    return this;
  }

  #number(value: number, width: 4 | 8): void {
    const view = new DataView(new ArrayBuffer(width));
    if (width === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    this.#bytes.push(...new Uint8Array(view.buffer));
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    this.#number(value, 4);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    this.#number(value, 8);
    return this;
  }

  doubles(field: number, values: readonly number[]): this {
    this.#key(field, 2);
    this.#varint(8 * values.length);
    for (const value of values) this.#number(value, 8);
    return this;
  }

  block(field: number, content: Uint8Array): this {
    this.#key(field, 2);
    this.#varint(content.length);
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }

  text(field: number, value: string): this {
    return this.block(field, new TextEncoder().encode(value));
  }
}

function histogramBytes(histogram: Histogram): Uint8Array {
  const { least, largest, count, sum, sumOfSquares, limits, counts } = histogram;
  const message = new Message().double(1, least).double(2, largest).double(3, count);
  message.double(4, sum).double(5, sumOfSquares);
  return message.doubles(6, limits).doubles(7, counts).bytes();
}

function valueBytes(value: EventValue): Uint8Array {
  const message = new Message().text(1, value.tag);
  if ("scalar" in value) return message.float(2, value.scalar).bytes();
  if ("image" in value) return message.block(4, imageBytes(value.image)).bytes();
  return message.block(5, histogramBytes(value.histogram)).bytes();
}

function imageBytes({ height, width, channels, png }: EventImage): Uint8Array {
  return new Message().whole(1, height).whole(2, width).whole(3, channels).block(4, png).bytes();
}

function graphBytes(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new Message();
  for (const { name, op, inputs } of nodes) {
    const node = new Message().text(1, name).text(2, op);
    for (const input of inputs) node.text(3, input);
    graph.block(1, node.bytes());
  }
  return graph.bytes();
}

function eventBytes({ wallTime, step = 0, content }: EventRecord): Uint8Array {
  const event = new Message().double(1, wallTime);
  if (step !== 0) event.whole(2, step);
  if ("version" in content) return event.text(3, "brain.Event:2").bytes();
  if ("graph" in content) return event.block(4, graphBytes(content.graph)).bytes();
  const summary = new Message();
  for (const value of content.values) summary.block(1, valueBytes(value));
  return event.block(5, summary.bytes()).bytes();
}

/** Remainders of the bytes 0 to 255 by Castagnoli's polynomial, IEEE Transactions 1993. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest >>> 0;
});

/** CRC-32C, turned and shifted as TensorFlow's record files have it. */
function maskedChecksum(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = remainders[(rest ^ byte) & 255] ^ (rest >>> 8);
  const checksum = ~rest >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/** The record as it stands in a file: length and content, each with its checksum. */
export function encodeEvent(record: EventRecord): Uint8Array {
  const content = eventBytes(record);
  const bytes = new Uint8Array(16 + content.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, maskedChecksum(content), true);
  return bytes;
}
