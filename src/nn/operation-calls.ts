// The operations of `keras.ops` as one value, whose parts bundlers leave out where they are not used.

import * as operations from "./operation-table.ts";

export { operations };
