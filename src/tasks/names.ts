// The names of tasks, in the order in which help lists them.

export const taskNames = ["classify", "segment", "detect"] as const;

export type TaskName = (typeof taskNames)[number];
