// Every initializer by its name. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { constant } from "./constant.ts";
export { identity } from "./identity.ts";
export { ones } from "./ones.ts";
export { orthogonal } from "./orthogonal.ts";
export { randomNormal } from "./random-normal.ts";
export { randomUniform } from "./random-uniform.ts";
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
} from "./scaling.ts";
export { truncatedNormal } from "./truncated-normal.ts";
export { varianceScaling } from "./variance-scaling.ts";
export { zeros } from "./zeros.ts";
