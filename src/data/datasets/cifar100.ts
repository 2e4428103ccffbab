// CIFAR-100: 60,000 colour pictures in 100 classes, which make 20 superclasses. A record for each
// of the two kinds of labels; both share one archive. Source: Krizhevsky, "Learning Multiple Layers
// of Features from Tiny Images", 2009, https://www.cs.toronto.edu/~kriz/cifar.html

import { archiveDataset } from "./archive-dataset.ts";
import { cifarDataset } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { publishedDataset } from "./published-dataset.ts";

const words = (text: string) => text.trim().split(/\s+/);

const fineNames = words(`
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
  castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
  elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
  man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
  pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
  skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
  tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
`);

const coarseNames = words(`
  aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices
  household_furniture insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes
  large_omnivores_and_herbivores medium_mammals non-insect_invertebrates people reptiles small_mammals trees
  vehicles_1 vehicles_2
`);

/** Size and MD5 as the author published them. A record has the superclass, then the class. */
const shared = {
  title: "animals, plants, things and places",
  cacheName: "cifar-100",
  archive: {
    name: "cifar-100-binary.tar.gz",
    bytes: 168_513_733,
    md5: "03b5dce01913d631647c71ecec9e9cb8",
  },
  innerFolder: "cifar-100-binary",
  trainFiles: ["train.bin"],
  testFile: "test.bin",
};

export const cifar100Record = cifarDataset({
  ...shared,
  name: "cifar-100",
  labels: { bytes: 2, at: 1 },
  classNames: fineNames,
});

/**
 * CIFAR-100: images `[50000, 32, 32, 3]` for training and `[10000, 32, 32, 3]` for testing, u8, and
 * labels `[N]` from 0 to 99. From Fovea's cache, else a download of 169 MB; or from a folder with
 * `train.bin` and `test.bin`.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await cifar100.load({ source: { folder: "cifar-100-binary" } });
 */
export const cifar100: Dataset = publishedDataset(archiveDataset(cifar100Record));

/**
 * CIFAR-100 with the 20 superclasses for labels, such as `vehicles_1`; all else as in `cifar100`.
 *
 * @throws FoveaError as `loadPublished` does.
 * @example const { train, test } = await cifar100Coarse.load();
 */
export const cifar100Coarse: Dataset = publishedDataset(
  archiveDataset(
    cifarDataset({
      ...shared,
      name: "cifar-100-coarse",
      labels: { bytes: 2, at: 0 },
      classNames: coarseNames,
    }),
  ),
);
