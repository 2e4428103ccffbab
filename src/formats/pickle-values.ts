// What a pickle of PyTorch may hold, as plain records, and the closed list of names that it may
// use.

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleList
  | PickleDictionary
  | PickleName
  | PickleStorage
  | PickleTensor;

/** A list or a tuple. */
export interface PickleList {
  readonly kind: "list" | "tuple";
  readonly items: PickleValue[];
}

export interface PickleDictionary {
  readonly kind: "dictionary";
  /** In the order in which they came. */
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A name of the closed list, such as `torch.FloatStorage`. It is a text, and never more. */
export interface PickleName {
  readonly kind: "name";
  readonly name: KnownName;
}

/** Where numbers lie: outside of the pickle, under a key. */
export interface PickleStorage {
  readonly kind: "storage";
  readonly type: StorageName;
  readonly key: string;
  readonly count: number;
}

/** A tensor: which numbers of a storage it shows. None has been read. */
export interface PickleTensor {
  readonly kind: "tensor";
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** The type of its numbers, where the storage is one of bytes. */
  readonly dtype: KnownName | undefined;
}

interface ByKind {
  readonly list: PickleList;
  readonly tuple: PickleList;
  readonly dictionary: PickleDictionary;
  readonly name: PickleName;
  readonly storage: PickleStorage;
  readonly tensor: PickleTensor;
}

/** A value of one of these kinds; undefined where it is of another. */
export function asKind<K extends keyof ByKind>(
  value: PickleValue | undefined,
  ...kinds: readonly K[]
): ByKind[K] | undefined {
  const isRecord = typeof value === "object" && value !== null;
  const fits = isRecord && (kinds as readonly string[]).includes(value.kind);
  return fits ? (value as ByKind[K]) : undefined;
}

export const storageNames = [
  "torch.FloatStorage",
  "torch.DoubleStorage",
  "torch.HalfStorage",
  "torch.BFloat16Storage",
  "torch.LongStorage",
  "torch.IntStorage",
  "torch.ShortStorage",
  "torch.CharStorage",
  "torch.ByteStorage",
  "torch.BoolStorage",
  "torch.storage.UntypedStorage",
] as const;

const dtypeNames = [
  "torch.float32",
  "torch.float64",
  "torch.float16",
  "torch.bfloat16",
  "torch.int64",
  "torch.int32",
  "torch.int16",
  "torch.int8",
  "torch.uint64",
  "torch.uint32",
  "torch.uint16",
  "torch.uint8",
  "torch.bool",
] as const;

const recordNames = [
  "collections.OrderedDict",
  "torch.Size",
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_tensor_v3",
  "torch._utils._rebuild_parameter",
  "torch._utils._rebuild_parameter_with_state",
] as const;

/** Every name that a pickle may use. */
export type KnownName = StorageName | (typeof dtypeNames)[number] | (typeof recordNames)[number];

/** The types of storages. */
export type StorageName = (typeof storageNames)[number];

/** The same, by themselves. */
export const knownNames: ReadonlyMap<string, KnownName> = new Map(
  [...storageNames, ...dtypeNames, ...recordNames].map((name) => [name, name]),
);
