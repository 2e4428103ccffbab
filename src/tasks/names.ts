// The names of tasks, in the order in which help lists them.

export const taskNames = ["classify"] as const;

export type TaskName = (typeof taskNames)[number];
