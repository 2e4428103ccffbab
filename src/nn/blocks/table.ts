// Every block by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { cbam } from "./cbam.ts";
export { inceptionModule } from "./inception-module.ts";
export { squeezeExcite } from "./squeeze-excite.ts";
