// Names of layers as Fovea takes them, where a file has others: DenseNet's `conv1/conv` becomes
// `conv1_conv`.

/** A configuration with plain names, and the name that each other one became. */
export interface PlainlyNamed {
  readonly value: unknown;
  readonly renamed: ReadonlyMap<string, string>;
}

/** `config` with every name of a layer replaced that has a slash, wherever the file refers to it. */
export function plainNames(config: unknown): PlainlyNamed {
  const names = new Set<string>();
  collect(config, names);
  const renamed = new Map<string, string>();
  for (const name of names) {
    if (!name.includes("/")) continue;
    let plain = name.replaceAll("/", "_");
    while (names.has(plain)) plain += "_";
    names.add(plain);
    renamed.set(name, plain);
  }
  return { value: renamed.size === 0 ? config : replaced(config, renamed), renamed };
}

/** The names of all layers: those of objects with a class. */
function collect(value: unknown, names: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("class_name" in value && "config" in value) {
    const { name } = (value.config ?? {}) as { readonly name?: unknown };
    for (const one of [name, (value as { readonly name?: unknown }).name]) {
      if (typeof one === "string") names.add(one);
    }
  }
  for (const one of Object.values(value)) collect(one, names);
}

function replaced(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return renamed.get(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, renamed));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, replaced(one, renamed)]),
  );
}
