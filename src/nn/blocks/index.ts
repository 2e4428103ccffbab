// Blocks of layers that papers gave a name: one file each, one row each. A block is a function from
// tensor to tensor; what comes of it is layers, and files know no blocks.

import * as blocks from "./table.ts";

export { blocks };
