"""torchvision's side of the pictures: told over stdin what to read, answers in one JSON line each.

    epoch FOLDER 160 32   one pass of a DataLoader: {"seconds": s, "pictures": n}

Resize, flip at random, standardise; the workers stay between passes, and start before the clock does.
The first line that it writes names the version.
"""
import argparse
import json
import sys
import time

import torch
import torchvision
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

MEAN = [0.485, 0.456, 0.406]
DEVIATION = [0.229, 0.224, 0.225]


def loader(folder, size, batch, workers):
    steps = [
        transforms.Resize((size, size)),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION),
    ]
    pictures = datasets.ImageFolder(folder, transforms.Compose(steps))
    made = DataLoader(
        pictures, batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=True
    )
    # Workers start with the first pass.
    for _ in made:
        pass
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps({"version": f"torchvision {torchvision.__version__}"}), flush=True)
    loaders = {}
    for line in sys.stdin:
        _, folder, size, batch = line.split()
        key = (folder, size, batch)
        if key not in loaders:
            loaders[key] = loader(folder, int(size), int(batch), options.workers)
        start = time.perf_counter()
        count = sum(len(labels) for _, labels in loaders[key])
        print(json.dumps({"seconds": time.perf_counter() - start, "pictures": count}), flush=True)


if __name__ == "__main__":
    main()
