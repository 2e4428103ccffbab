// The colours of figures and reports, on light and on dark ground. Blue and vermilion keep apart for
// every kind of colour vision (Okabe and Ito, "Color universal design", 2008).

/** One value for every role that a colour plays. */
export interface Palette {
  /** Behind figures and cards. */
  readonly paper: string;
  /** Behind the paper, in pages. */
  readonly desk: string;
  /** Text and axes. */
  readonly ink: string;
  /** Text of less weight. */
  readonly muted: string;
  /** Borders and rules. */
  readonly line: string;
  /** Training, and correct predictions. */
  readonly blue: string;
  /** Validation, and wrong predictions. */
  readonly vermilion: string;
  /** More things to tell apart, besides blue and vermilion; a sign or a dash tells them apart as well. */
  readonly green: string;
  readonly purple: string;
  readonly gold: string;
  /** Text on a full patch of blue or vermilion. */
  readonly onColor: string;
}

export const light: Palette = {
  paper: "#ffffff",
  desk: "#f4f6f8",
  ink: "#1c2127",
  muted: "#59636e",
  line: "#d8dee4",
  blue: "#0068ad",
  vermilion: "#c94f00",
  green: "#00795c",
  purple: "#a03a94",
  gold: "#7d6200",
  onColor: "#ffffff",
};

export const dark: Palette = {
  paper: "#161b22",
  desk: "#0d1117",
  ink: "#e6edf3",
  muted: "#9ca6b1",
  line: "#30363d",
  blue: "#58b0f0",
  vermilion: "#ff9350",
  green: "#3fc79a",
  purple: "#e08fd6",
  gold: "#dcbf4f",
  onColor: "#0d1117",
};
