// Means over an epoch, added up in f64: batches of different sizes count by their examples. Floor 5.

import type { StepOutputs } from "../machine/device.ts";
import type { Metric } from "../nn/metrics/metric.ts";
import { names } from "./graphs.ts";

/** What has been added up so far, as plain data. */
export interface MeansState {
  readonly examples: number;
  readonly sums: Readonly<Record<string, number>>;
}

export class Means {
  readonly #metrics: readonly Metric[];
  #examples: number;
  #sums: Record<string, number>;

  constructor(metrics: readonly Metric[], state: MeansState = { examples: 0, sums: {} }) {
    this.#metrics = metrics;
    this.#examples = state.examples;
    this.#sums = { ...state.sums };
  }

  get state(): MeansState {
    return { examples: this.#examples, sums: { ...this.#sums } };
  }

  /** Adds a batch of `examples`. */
  add(examples: number, outputs: StepOutputs): void {
    this.#examples += examples;
    this.#add("loss", outputs.loss[0] * examples);
    for (const { name } of this.#metrics) this.#add(name, outputs[names.metric(name)][0]);
  }

  /** The means so far, in the order in which Keras shows them: by name. */
  logs(prefix = ""): Record<string, number> {
    const entries = Object.entries(this.#sums)
      .map(([name, sum]): [string, number] => [prefix + name, sum / this.#examples])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  }

  #add(name: string, value: number): void {
    this.#sums[name] = (this.#sums[name] ?? 0) + value;
  }
}
