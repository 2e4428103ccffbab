// Typed arrays with the same bytes are equal: Vitest would look at each number by itself, seconds for every million.

import { expect } from "vitest";

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);

expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return undefined;
    const isSame = a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));
    // Of others Vitest finds and shows the difference.
    return isSame ? true : undefined;
  },
]);
