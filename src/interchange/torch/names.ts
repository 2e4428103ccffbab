// What a library of PyTorch calls the modules whose weights a network has. An architecture's record
// holds one for every library that publishes weights for it; how their numbers are laid out is the
// reader's business.

/** The names that a file has for the layers of a network. */
export interface TorchNames {
  /** Whose names they are, such as `torchvision`; errors say so. */
  readonly library: string;
  /**
   * The module of a layer, such as `layer1.0.conv1`: its weights are then `layer1.0.conv1.weight`
   * and the like. `layer` is the layer's name, behind those of the networks around it, such as
   * `base/conv1`; `weight` tells weights of one layer apart that the library keeps in two modules,
   * such as `depthwise_kernel` and `pointwise_kernel`. A parameter that does not lie in a module of
   * its own is given by its whole name, `{ parameter: "features.1.0.layer_scale" }`. Null leaves
   * the layer as it is, for the library has nothing like it; undefined means that the name is not
   * known.
   */
  module(layer: string, weight: string): string | { readonly parameter: string } | null | undefined;
  /**
   * The epsilon of the library's batch normalizations. Where the network has another, the
   * difference goes into the moving variance, so that results stay the same. Default: the network's
   * own.
   */
  readonly epsilon?: number;
  /**
   * Names of parameters in the library's file that no network here needs, such as `AuxLogits`.
   * Default: none.
   */
  readonly unused?: RegExp;
}

/** The names of layers as they are: `block/conv1` is the module `block.conv1`. */
export const ownNames: TorchNames = {
  library: "PyTorch",
  module: (layer) => layer.replaceAll("/", "."),
};
