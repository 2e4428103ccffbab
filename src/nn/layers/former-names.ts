// What layers were called in files of earlier versions.

const formerNames: Readonly<Record<string, string>> = {
  eLU: "elu",
  leakyReLU: "leakyRelu",
  pReLU: "prelu",
  reLU: "relu",
};

/** The name of a layer today. */
export function currentName(kind: string): string {
  return Object.hasOwn(formerNames, kind) ? formerNames[kind] : kind;
}
