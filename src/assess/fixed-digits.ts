// Numbers with a fixed count of digits, as Python and C print them. Numbers in, text out.

/**
 * `value` with `digits` behind the point; a number just between two of them goes to the even one.
 */
export function fixedDigits(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  const text = value.toFixed(digits);
  // Of two equally near texts toFixed takes the larger: 0.125 becomes 0.13, and here 0.12. A
  // hundred digits tell a number that is just between from all of its neighbours.
  const point = digits === 0 ? 0 : digits + 1;
  const exact = Math.abs(value).toFixed(100);
  const whole = exact.indexOf(".");
  const rest = exact.slice(whole + 1 + digits);
  const isBetween = /^50*$/.test(rest);
  if (!isBetween) return text;
  const lower = exact.slice(0, whole + (digits === 0 ? 0 : point));
  const isEven = Number(lower[lower.length - 1]) % 2 === 0;
  if (!isEven) return text;
  return value < 0 ? `-${lower}` : lower;
}
