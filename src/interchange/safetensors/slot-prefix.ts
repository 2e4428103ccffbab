// What the names of the optimizer's values begin with in a safetensors file of a whole model.

export const slotPrefix = "optimizer/";
