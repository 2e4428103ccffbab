// The files of Keras that hold weights: `.weights.h5` of Keras 3, `.h5` of Keras 2, and whole models.

import { encodeHdf5, readHdf5 } from "../../formats/hdf5.ts";
import type { Hdf5Group } from "../../formats/hdf5-tree.ts";
import type { WeightsFormat } from "../file-format.ts";
import { ofFile } from "../refuse.ts";
import { foundInGroups, weightGroups } from "./h5-groups.ts";
import { readArchivedWeights } from "./keras-archive.ts";
import { foundInFolders, weightsFolder } from "./keras-weights.ts";

/** The groups of Keras 2's files: those of a whole model lie deeper. */
const groupsIn = (root: Hdf5Group) => root.groups.get("model_weights") ?? root;

/** `.h5` */
export const h5Weights: WeightsFormat = {
  encode: (network, weights) => encodeHdf5(weightGroups(network, weights)),
  async find(bytes, network, { file, byName }) {
    const root = await readHdf5(bytes, file);
    return ofFile(file, () => foundInGroups(network, groupsIn(root), byName));
  },
};

/** `.weights.h5` */
export const folderWeights: WeightsFormat = {
  encode: (network, weights) => encodeHdf5(weightsFolder(network, weights)),
  async find(bytes, network, { file, byName }) {
    const root = await readHdf5(bytes, file);
    // Keras 2 wrote its groups under this name, too.
    const groups = groupsIn(root);
    const isOlder = groups !== root || root.attributes.layer_names !== undefined;
    return ofFile(file, () =>
      isOlder ? foundInGroups(network, groups, byName) : foundInFolders(network, root, byName),
    );
  },
};

/** `.keras` */
export const archivedWeights: WeightsFormat = {
  async find(bytes, network, { file, byName }) {
    const root = await readArchivedWeights(bytes, file);
    return ofFile(file, () => foundInFolders(network, root, byName));
  },
};
