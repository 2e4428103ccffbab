// MD5, which browsers do not have. Source: RFC 1321.

/** Left rotations of the four steps of each round. */
const rotations = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.abs(Math.sin(i + 1)) * 2 ** 32);
const rounds = [
  { mix: (b: number, c: number, d: number) => (b & c) | (~b & d), word: (i: number) => i },
  { mix: (b: number, c: number, d: number) => (d & b) | (~d & c), word: (i: number) => 5 * i + 1 },
  { mix: (b: number, c: number, d: number) => b ^ c ^ d, word: (i: number) => 3 * i + 5 },
  { mix: (b: number, c: number, d: number) => c ^ (b | ~d), word: (i: number) => 7 * i },
] as const;
const blockBytes = 64;

/** The MD5 of `bytes`, in hexadecimal. */
export function md5(bytes: Uint8Array): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const whole = bytes.length - (bytes.length % blockBytes);
  addBlocks(state, bytes.subarray(0, whole));
  const rest = bytes.subarray(whole);
  // What is left, a bit that is set, zeros, and the length in bits.
  const end = new Uint8Array(Math.ceil((rest.length + 9) / blockBytes) * blockBytes);
  end.set(rest);
  end[rest.length] = 0x80;
  new DataView(end.buffer).setBigUint64(end.length - 8, BigInt(bytes.length) * 8n, true);
  addBlocks(state, end);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => {
    digest.setInt32(4 * i, word, true);
  });
  return Array.from(new Uint8Array(digest.buffer), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function addBlocks(state: Int32Array, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Int32Array(16);
  for (let start = 0; start < bytes.length; start += blockBytes) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(start + 4 * i, true);
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const { mix, word } = rounds[round];
      const sum = (a + mix(b, c, d) + sines[i] + words[word(i) & 15]) | 0;
      const by = rotations[round][i & 3];
      [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
}
