// The API reference: one module for each entry of the package that has types.

import { Converter } from "typedoc";
import manifest from "../../package.json" with { type: "json" };

const entries = Object.entries(manifest.exports).flatMap(([name, { types }]) =>
  types === undefined ? [] : [{ name: `fovea${name.slice(1)}`, built: types }],
);

/** Names the modules as programs import them: `fovea/graph`, not `graph`. */
function nameModules({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const entry = entries.find(({ built }) => built === `./dist/${module.name}.d.ts`);
      const folder = entries.find(({ built }) => built === `./dist/${module.name}/index.d.ts`);
      module.name = (entry ?? folder)?.name ?? module.name;
    }
  });
}

export default {
  name: "Fovea",
  entryPoints: entries.map(({ built }) =>
    built.replace("./dist", "../../src").replace(".d.ts", ".ts"),
  ),
  plugin: [nameModules],
  tsconfig: "tsconfig.json",
  out: "html",
  readme: "none",
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  sort: ["kind", "alphabetical"],
};
