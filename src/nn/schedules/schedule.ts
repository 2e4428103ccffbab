// What a learning-rate schedule is: a function of the step's number and of nothing else, so that a run
// that is resumed goes on as it would have. Floor 4.

export interface Schedule {
  /** The name that files use. */
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  /** The rate after `iterations` finished steps. */
  at(iterations: number): number;
}
