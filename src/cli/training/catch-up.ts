// Where the head of a model learns alone, or the model at another size, the model follows before it is saved.

import type { Run } from "./run.ts";

/** The model takes over what its learner has come to; they share their weights. */
export async function catchUp({ model, learner }: Pick<Run, "model" | "learner">): Promise<void> {
  if (learner === model) return;
  const { slots, progress } = await learner.getState();
  await model.setState({ weights: await model.getWeights(), slots, progress });
}
