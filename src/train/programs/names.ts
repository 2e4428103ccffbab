// What values are called in the graphs of a model's programs.

const metricPrefix = "metric/";

/** The names of values that are not weights. */
export const names = {
  inputs: (index: number) => `data/x/${index}`,
  /** By the head that they belong to. */
  targets: (head: number) => `data/y/${head}`,
  /** By the head whose targets they weigh. */
  weights: (head: number) => `data/weights/${head}`,
  halted: "halted",
  weight: (fullName: string) => `weight/${fullName}`,
  slot: (fullName: string, slot: string) => `slot/${fullName}/${slot}`,
  number: (name: string) => `number/${name}`,
  metric: (name: string, sum: string) => `${metricPrefix}${name}/${sum}`,
  /** `accuracy/total`, from the name of an output; undefined where it is no metric's. */
  metricOfOutput: (output: string) =>
    output.startsWith(metricPrefix) ? output.slice(metricPrefix.length) : undefined,
  output: (index: number) => `output/${index}`,
} as const;
