// Jobs that differ in nothing but the memory they work on share their kernels.

import type { Affine, Expression, Index } from "../graph/expression.ts";
import { isLookup } from "../graph/expression.ts";
import type { Launch, Storage, View } from "./draft.ts";
import { scheduleJob } from "./schedules/index.ts";
import type { Job, ScheduleContext, Stage } from "./schedules/schedule.ts";

/** Stages that were made once, and the storages they were made for, in the order of a signature. */
interface Scheduled {
  readonly stages: Stage[];
  readonly storages: readonly Storage[];
}

/** Schedules jobs; equal ones are scheduled once. */
export class Scheduler {
  readonly #known = new Map<string, Scheduled>();

  schedule(context: ScheduleContext, job: Job): Stage[] {
    const { key, storages } = new Signature(job);
    const known = this.#known.get(key);
    if (known !== undefined) return rebind(context, known, storages);
    const stages = scheduleJob(context, job);
    this.#known.set(key, { stages, storages });
    return stages;
  }
}

/** The same kernels on other memory, with scratch of their own. */
function rebind(
  context: ScheduleContext,
  { stages, storages }: Scheduled,
  others: readonly Storage[],
): Stage[] {
  const replaced = new Map(storages.map((storage, i) => [storage, others[i]]));
  const replace = (storage: Storage): Storage => {
    const known = replaced.get(storage);
    if (known !== undefined) return known;
    if (storage.isWorkspace) return storage;
    const fresh = context.scratch(storage.dtype, storage.size);
    replaced.set(storage, fresh);
    return fresh;
  };
  return stages.map((stage) =>
    stage.map(({ kernel, bindings }): Launch => ({ kernel, bindings: bindings.map(replace) })),
  );
}

/** All that a schedule may look at, as text in which storages are numbered. */
class Signature {
  readonly key: string;
  readonly #storages = new Map<Storage, number>();
  readonly #formulas = new Map<Expression<View>, number>();
  readonly #parts: string[] = [];

  constructor({ shape, stores, root }: Job) {
    this.#parts.push(`[${shape}] ${root.kind}`);
    if (root.kind === "reduce") this.#parts.push(`${root.combine} [${root.extents}]`);
    if (root.kind === "argMaximum") this.#parts.push(String(root.extent));
    if (root.kind === "contraction") {
      this.#parts.push(JSON.stringify(root.computation));
      for (const view of root.inputs) this.#parts.push(this.#view(view));
    } else if (root.kind !== "none") {
      const bodies = root.kind === "reduce" ? root.bodies : [root.body];
      this.#parts.push(`bodies ${bodies.map((body) => this.#formula(body))}`);
    }
    for (const { view, formula } of stores) {
      const number = this.#formula(formula);
      this.#parts.push(`${this.#view(view)} = ${number}`);
    }
    this.key = this.#parts.join("\n");
  }

  /** In the order of their numbers. */
  get storages(): readonly Storage[] {
    return [...this.#storages.keys()];
  }

  #view({ storage, shape }: View): string {
    const number = this.#storages.get(storage) ?? this.#storages.size;
    this.#storages.set(storage, number);
    const lasts = storage.isLasting ? "!" : "";
    return `${number}${lasts}:${storage.dtype}:${storage.size}[${shape}]`;
  }

  /** The number of a formula; its parts come first, each once. */
  #formula(formula: Expression<View>): number {
    const known = this.#formulas.get(formula);
    if (known !== undefined) return known;
    const text = this.#text(formula);
    const number = this.#formulas.size;
    this.#formulas.set(formula, number);
    this.#parts.push(text);
    return number;
  }

  #text(formula: Expression<View>): string {
    switch (formula.kind) {
      case "constant":
        return `${formula.dtype} ${numberText(formula.value)}`;
      case "result":
        return `result ${formula.part ?? 0}`;
      case "coordinate":
        return `at ${affineText(formula.at)}`;
      case "scalar":
        return `${formula.op} ${formula.args.map((arg) => this.#formula(arg))}`;
      case "read": {
        const index = formula.index.map((i) => this.#index(i)).join(" ");
        return `read ${this.#view(formula.source)} ${index} ${numberText(formula.outside)}`;
      }
    }
  }

  #index(index: Index<View>): string {
    return isLookup(index) ? `(${this.#formula(index.lookup)})` : affineText(index);
  }
}

function numberText(value: number | undefined): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function affineText({ offset, factors }: Affine): string {
  return `${offset}+${factors}`;
}
