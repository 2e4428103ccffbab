// Loss and metrics of an epoch: what every batch adds, added up in f64. Batches of different sizes count
// by their examples; a metric is worked out from its sums, never from other batches' means.

import type { StepOutputs } from "../machine/device.ts";
import type { Metric, Sums } from "../nn/metrics/metric.ts";
import { names } from "./programs/names.ts";

/** What has been added up so far, as plain data. */
export interface MeansState {
  readonly examples: number;
  /** Lists of numbers: the `loss`, and what each metric adds, as `accuracy/total`. */
  readonly sums: Readonly<Record<string, readonly number[]>>;
}

export class Means {
  readonly #metrics: readonly Metric[];
  #examples: number;
  readonly #sums: Map<string, number[]>;

  constructor(metrics: readonly Metric[], state: MeansState = { examples: 0, sums: {} }) {
    this.#metrics = metrics;
    this.#examples = state.examples;
    this.#sums = new Map(Object.entries(state.sums).map(([name, sum]) => [name, [...sum]]));
  }

  get state(): MeansState {
    const entries = [...this.#sums].map(([name, sum]) => [name, [...sum]]);
    return { examples: this.#examples, sums: Object.fromEntries(entries) };
  }

  /** Adds a batch of `examples`. */
  add(examples: number, outputs: StepOutputs): void {
    this.#examples += examples;
    this.#add("loss", [outputs.loss[0] * examples]);
    const given = Object.entries(outputs).flatMap(([output, values]) => {
      const name = names.metricOfOutput(output);
      return name === undefined ? [] : [[name, values] as const];
    });
    for (const metric of this.#metrics) {
      const start = `${metric.name}/`;
      const own = given.flatMap(([name, values]) =>
        name.startsWith(start) ? [[name.slice(start.length), Array.from(values)] as const] : [],
      );
      const numbers: Sums = Object.fromEntries(own);
      const added = metric.ofBatch === undefined ? numbers : metric.ofBatch(numbers);
      for (const [name, values] of Object.entries(added)) this.#add(start + name, values);
    }
  }

  /** The numbers so far, in the order in which Keras shows them: by name. */
  logs(prefix = ""): Record<string, number> {
    const loss = (this.#sums.get("loss")?.[0] ?? 0) / this.#examples;
    const entries: (readonly [string, number])[] = [["loss", loss]];
    for (const metric of this.#metrics) entries.push(...this.#entriesOf(metric));
    const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, value]) => [prefix + name, value]));
  }

  /** One number under the metric's name; of a list each under the name and its index. */
  #entriesOf(metric: Metric): (readonly [string, number])[] {
    const start = `${metric.name}/`;
    const own = [...this.#sums].flatMap(([name, sum]) =>
      name.startsWith(start) ? [[name.slice(start.length), sum] as const] : [],
    );
    const result = metric.result(Object.fromEntries(own));
    if (typeof result === "number") return [[metric.name, result]];
    return result.map((value, i) => [`${metric.name}_${i}`, value]);
  }

  #add(name: string, values: ArrayLike<number>): void {
    const sum = this.#sums.get(name);
    if (sum === undefined) {
      this.#sums.set(name, Array.from(values));
      return;
    }
    for (let i = 0; i < sum.length; i++) sum[i] += values[i];
  }
}
