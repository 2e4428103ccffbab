// Letters of five by seven pixels, so that text looks the same on every machine and needs no font. Each row of a letter
// is one digit in base 32, from the top; rows eight and nine lie below the line.

/** Columns and rows of a letter, and how far the next one is. */
export const letterSize = { width: 5, height: 9, aboveLine: 7, advance: 6 } as const;

const letters: Readonly<Record<string, string>> = {
  " ": "0",
  "!": "4444404",
  '"': "aa",
  "#": "aavavaa",
  $: "4fke5u4",
  "%": "op248j3",
  "&": "cik8lid",
  "'": "44",
  "(": "2488842",
  ")": "8422248",
  "*": "04lel4",
  "+": "044v44",
  ",": "000000c48",
  "-": "000e",
  ".": "00000cc",
  "/": "01248g",
  "0": "ehjlphe",
  "1": "4c4444e",
  "2": "eh1248v",
  "3": "v2421he",
  "4": "26aiv22",
  "5": "vgu11he",
  "6": "68guhhe",
  "7": "v124888",
  "8": "ehhehhe",
  "9": "ehhf12c",
  ":": "0cc0cc",
  ";": "0cc0c48",
  "<": "248g842",
  "=": "00v0v",
  ">": "8421248",
  "?": "eh12404",
  "@": "eh1dlle",
  A: "ehhvhhh",
  B: "uhhuhhu",
  C: "ehggghe",
  D: "uhhhhhu",
  E: "vgguggv",
  F: "vgguggg",
  G: "ehgnhhf",
  H: "hhhvhhh",
  I: "e44444e",
  J: "72222ic",
  K: "hikokih",
  L: "ggggggv",
  M: "hrllhhh",
  N: "hppljjh",
  O: "ehhhhhe",
  P: "uhhuggg",
  Q: "ehhhlid",
  R: "uhhukih",
  S: "fgge11u",
  T: "v444444",
  U: "hhhhhhe",
  V: "hhhhaa4",
  W: "hhhllla",
  X: "hha4ahh",
  Y: "hha4444",
  Z: "v1248gv",
  "[": "e88888e",
  "\\": "0g8421",
  "]": "e22222e",
  "^": "4ah",
  _: "0000000v",
  "`": "842",
  a: "00e1fhf",
  b: "ggmphhu",
  c: "00egghe",
  d: "11djhhf",
  e: "00ehvge",
  f: "698s888",
  g: "00fhhhf1e",
  h: "ggmphhh",
  i: "40c444e",
  j: "2062222ic",
  k: "ggikoki",
  l: "c44444e",
  m: "00qllll",
  n: "00mphhh",
  o: "00ehhhe",
  p: "00uhhhugg",
  q: "00fhhhf11",
  r: "00mpggg",
  s: "00fge1u",
  t: "88s8896",
  u: "00hhhjd",
  v: "00hhha4",
  w: "00hhlla",
  x: "00ha4ah",
  y: "00hhhhf1e",
  z: "00v248v",
  "{": "2448442",
  "|": "4444444",
  "}": "8442448",
  "~": "008l2",
  "…": "000000l",
};

/** Letters without the marks that this font does not have: é as e. */
const plain = (text: string) =>
  text.normalize("NFKD").replaceAll(/\p{M}/gu, "").replaceAll("ß", "ss").replaceAll("...", "…");

/** `text` in letters that can be drawn, or undefined where some cannot, such as those of other scripts. */
export function drawable(text: string): string | undefined {
  const result = plain(text);
  return [...result].every((letter) => letter in letters) ? result : undefined;
}

/** Calls `ink` with each pixel of a letter that is set. */
export function eachPixel(letter: string, ink: (x: number, y: number) => void): void {
  [...letters[letter]].forEach((digit, y) => {
    const row = Number.parseInt(digit, 32);
    for (let x = 0; x < letterSize.width; x++) {
      if (((row >> (letterSize.width - 1 - x)) & 1) === 1) ink(x, y);
    }
  });
}
