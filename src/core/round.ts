// Rounding as other programs do it.

/** The nearest whole number; halves go to the even one, as Python and OpenCV round. */
export function roundToEven(value: number): number {
  const low = Math.floor(value);
  const part = value - low;
  return part > 0.5 || (part === 0.5 && low % 2 === 1) ? low + 1 : low;
}
