// Numbers as Python's format writes them: "{epoch:02d}-{val_loss:.3f}". Language:
// https://docs.python.org/3/library/string.html#format-specification-mini-language

import { ConfigError } from "../../core/errors.ts";

interface Layout {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly kind: string;
}

const specification = /^(?:(.)?([<>=^]))?([-+ ])?(0)?(\d{1,3})?(?:\.(\d{1,2}))?([dfFeEgG%])?$/u;

/**
 * Makes the function that writes a number as `spec` says, such as `.3f`, `02d`, `.1%`, `.2e`,
 * `8.3g`. Only whole numbers may be written as `d`.
 *
 * @throws ConfigError where it is none that is known. `part` is for messages.
 */
export function numberFormat(
  spec: string,
  { isWhole, part }: { readonly isWhole: boolean; readonly part: string },
): (value: number) => string {
  const layout = layoutOf(spec, isWhole);
  if (layout === undefined) {
    throw new ConfigError({
      what: `The format "${spec}" in a path cannot be used.`,
      expected: `a format of Python such as ${isWhole ? "02d" : ".3f, .2e, .3g or .1%"}`,
      received: part,
    });
  }
  return (value) => {
    const isNegative = value < 0 || Object.is(value, -0);
    const sign = isNegative ? "-" : layout.sign === "-" ? "" : layout.sign;
    return padded(sign, digitsOf(Math.abs(value), layout, isWhole), layout);
  };
}

function layoutOf(spec: string, isWhole: boolean): Layout | undefined {
  const match = specification.exec(spec);
  if (match === null) return undefined;
  const [, fill, align, sign = "-", zero, width = "0", digits, kind = isWhole ? "d" : ""] = match;
  if (kind === "d" && (!isWhole || digits !== undefined)) return undefined;
  return {
    fill: fill ?? (zero === undefined || align !== undefined ? " " : "0"),
    align: align ?? (zero === undefined ? ">" : "="),
    sign,
    width: Number(width),
    precision: digits === undefined ? undefined : Number(digits),
    kind,
  };
}

function padded(sign: string, digits: string, { fill, align, width }: Layout): string {
  const room = Math.max(0, width - sign.length - digits.length);
  if (align === "=") return sign + fill.repeat(room) + digits;
  const before = align === "<" ? 0 : align === "^" ? Math.floor(room / 2) : room;
  return fill.repeat(before) + sign + digits + fill.repeat(room - before);
}

/** A number of at least 0, without sign and padding. */
function digitsOf(value: number, { kind, precision }: Layout, isWhole: boolean): string {
  if (kind === "d") return String(value);
  const suffix = kind === "%" ? "%" : "";
  const isLarge = kind === "F" || kind === "E" || kind === "G";
  const written = Number.isFinite(value)
    ? finiteDigits(kind === "%" ? 100 * value : value, kind.toLowerCase(), precision, isWhole)
    : Number.isNaN(value)
      ? "nan"
      : "inf";
  return (isLarge ? written.toUpperCase() : written) + suffix;
}

function finiteDigits(
  value: number,
  kind: string,
  precision: number | undefined,
  isWhole: boolean,
): string {
  switch (kind) {
    case "e":
      return exponential(value, precision ?? 6);
    case "g":
      return general(value, precision ?? 6, Math.max(1, precision ?? 6));
    case "":
      return unnamed(value, precision, isWhole);
    default:
      return fixed(value, precision ?? 6);
  }
}

/** Without a letter: as few digits as tell the number apart, and always a point. */
function unnamed(value: number, precision: number | undefined, isWhole: boolean): string {
  if (precision === undefined) {
    const digits = value.toExponential().replace(/e.*$/, "").replace(".", "").length;
    return pointed(general(value, digits, 16), isWhole);
  }
  return pointed(general(value, precision, precision - 1), isWhole);
}

const pointed = (text: string, isWhole: boolean) =>
  isWhole || /[.e]/.test(text) ? text : `${text}.0`;

/** `precision` digits without zeros at the end; with an exponent below -4, and from `limit` on. */
function general(value: number, precision: number, limit: number): string {
  const digits = Math.max(1, precision);
  const written = exponential(value, digits - 1);
  const power = Number(written.slice(written.indexOf("e") + 1));
  if (power >= -4 && power < limit) {
    return shortened(fixed(value, Math.max(0, digits - 1 - power)));
  }
  const [mantissa, exponent] = written.split("e");
  return `${shortened(mantissa)}e${exponent}`;
}

const shortened = (text: string) =>
  text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;

/** Digits beyond those that are written, enough to see that a number lies half-way between two. */
const further = 30;

function fixed(value: number, digits: number): string {
  // From here on JavaScript writes an exponent; such numbers are whole.
  const written =
    value >= 1e21
      ? `${BigInt(value)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`
      : value.toFixed(digits);
  return roundedToEven(
    written,
    value >= 1e21 ? "" : value.toFixed(Math.min(100, digits + further)),
  );
}

function exponential(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const [long, before] = value.toExponential(Math.min(100, digits + further)).split("e");
  const even = exponent === before ? roundedToEven(mantissa, long) : mantissa;
  const power = exponent.slice(1).padStart(2, "0");
  return `${even}e${exponent[0]}${power}`;
}

/**
 * JavaScript rounds half up, Python half to even: `written` again, given more digits of the number.
 */
function roundedToEven(written: string, long: string): string {
  const cut = long.slice(0, written.length);
  const rest = long.slice(written.length).replace(".", "");
  const isHalf = /^50*$/.test(rest) && rest.length >= further;
  return isHalf && /[02468]\.?$/.test(cut) ? cut : written;
}
