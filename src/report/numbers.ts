// Numbers as people read them in figures and reports. Numbers in, text out.

/** What stands in for a number that is not finite, or not defined. */
const noNumber = "\u2013";

/** `12,345`. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? count.toLocaleString("en-US") : noNumber;
}

/** A rate of 0 to 1 as `91.2%`; 100% and 0% only where it is exactly so. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return noNumber;
  const percent = (rate * 100).toFixed(1);
  if (percent === "100.0") return rate >= 1 ? "100%" : ">99.9%";
  if (percent === "0.0") return rate <= 0 ? "0%" : "<0.1%";
  return `${percent}%`;
}

/** Three significant digits: `0.213`, `12.5`, `1.25e7`. */
export function formatMeasure(value: number): string {
  if (!Number.isFinite(value)) return noNumber;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return shortExponent(value.toExponential(2));
  return size >= 1000 ? formatCount(Math.round(value)) : value.toPrecision(3);
}

/** A tick of an axis: as short as it can be without loss. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    return shortExponent(Number(value.toPrecision(12)).toExponential());
  }
  return formatCount(Number(value.toPrecision(12)));
}

/** A tick of an axis that counts per cent, for a rate of 0 to 1. */
export function formatRateTick(rate: number): string {
  return `${formatTick(rate * 100)}%`;
}

/** `320 ms`, `4.2 s`, `45 s`, `1 min 32 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return noNumber;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function shortExponent(text: string): string {
  return text.replace("e+", "e");
}
