"""PyTorch's side of the benchmark: told over stdin what to run, answers in one JSON line each.

    train mnist 5     five training steps (forward, backward, Adam): {"times": [ms, ...], "layout": "..."}
    infer mnist 5     five batches forward, without gradients
    memory            {"peak": MB, "base": MB}: the most this process ever held, and before any network
    export FOLDER     every network as FOLDER/<name>.onnx, for ONNX Runtime: {"exported": [names]}

The first line that it writes names the version. Both memory layouts are tried once for each network
and mode, and the faster one is kept; --layout takes one without trying.
The networks are those of ../networks.ts, layer by layer.
"""
import argparse
import inspect
import json
import os
import resource
import statistics
import sys
import time

import torch
from torch import nn

GREY = (1, 28, 28)
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def convolution(inputs, filters, padding):
    return [nn.Conv2d(inputs, filters, 3, padding=padding), nn.ReLU()]


def normalized(inputs, filters, stride=1):
    return [nn.Conv2d(inputs, filters, 3, stride=stride, padding=1), nn.BatchNorm2d(filters)]


class Block(nn.Module):
    """Two normalised convolutions beside a shortcut."""

    def __init__(self, inputs, filters, stride=1):
        super().__init__()
        first = normalized(inputs, filters, stride)
        self.main = nn.Sequential(*first, nn.ReLU(), *normalized(filters, filters))
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != filters:
            projection = nn.Conv2d(inputs, filters, 1, stride=stride)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(filters))

    def forward(self, x):
        return torch.relu(self.main(x) + self.shortcut(x))


def lenet():
    return [
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    ]


def mnist():
    return [
        *convolution(1, 32, 0), nn.MaxPool2d(2),
        *convolution(32, 64, 0), nn.MaxPool2d(2),
        *convolution(64, 64, 0), nn.Flatten(),
        nn.Linear(576, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10),
    ]


def simple():
    parts = []
    for inputs, filters in ((1, 16), (16, 32), (32, 64)):
        parts += [*convolution(inputs, filters, 1), nn.MaxPool2d(2)]
    return [*parts, nn.Flatten(), nn.Linear(576, 128), nn.ReLU(), nn.Linear(128, 10)]


def cifar():
    parts = []
    for inputs, filters, rate in ((3, 32, 0.2), (32, 64, 0.3), (64, 128, 0.4)):
        parts += [*normalized(inputs, filters), nn.ReLU(), *normalized(filters, filters), nn.ReLU()]
        parts += [nn.MaxPool2d(2), nn.Dropout(rate)]
    parts += [nn.Flatten(), nn.Linear(2048, 128), nn.ReLU(), nn.BatchNorm1d(128)]
    return [*parts, nn.Dropout(0.5), nn.Linear(128, 10)]


def vgg():
    parts = []
    for inputs, filters in ((1, 64), (64, 128)):
        parts += [*convolution(inputs, filters, 1), *convolution(filters, filters, 1)]
        parts += [nn.MaxPool2d(2)]
    return [*parts, nn.Flatten(), nn.Linear(6272, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10)]


def resnet():
    return [
        *normalized(1, 64), nn.ReLU(),
        Block(64, 64), Block(64, 128, 2), Block(128, 256, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 10),
    ]


# Layers, the shape of one image, images in one step.
NETWORKS = {
    "lenet": (lenet, GREY, 128),
    "mnist": (mnist, GREY, 128),
    "simple": (simple, GREY, 64),
    "cifar": (cifar, (3, 32, 32), 64),
    "vgg": (vgg, GREY, 128),
    "resnet": (resnet, GREY, 128),
}


def build(name):
    """The network, seeded, and how many numbers its training changes."""
    torch.manual_seed(0)
    layers, _, _ = NETWORKS[name]
    model = nn.Sequential(*layers())
    return model, sum(weight.numel() for weight in model.parameters())


class Step:
    """One network in one mode and one layout, ready to be timed."""

    def __init__(self, mode, name, layout):
        _, shape, batch = NETWORKS[name]
        self.model, self.parameters = build(name)
        self.model = self.model.to(memory_format=LAYOUTS[layout])
        self.layout = layout
        self.images = torch.rand(batch, *shape).contiguous(memory_format=LAYOUTS[layout])
        self.labels = torch.randint(0, 10, (batch,))
        self.run = self.train if mode == "train" else self.infer
        self.model.train(mode == "train")
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        for _ in range(3):
            self.run()

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def infer(self):
        with torch.no_grad():
            return self.model(self.images)

    def times(self, count):
        times = []
        for _ in range(count):
            start = time.perf_counter()
            self.run()
            times.append((time.perf_counter() - start) * 1e3)
        return times


def fastest(mode, name, layout):
    """The step in the layout that was asked for, or in the one that takes less time."""
    if layout is not None:
        return Step(mode, name, layout)
    steps = [Step(mode, name, choice) for choice in LAYOUTS]
    return min(steps, key=lambda step: statistics.median(step.times(5)))


def peak_megabytes():
    """The largest resident set so far, in MiB.

    Linux's own count starts anew with each program; that of getrusage is handed down from the process
    that started this one.
    """
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 2**10


def export(folder):
    # The exporter that traces needs no further package; torch.export's, the default of 2.9, needs onnxscript.
    can_trace = "dynamo" in inspect.signature(torch.onnx.export).parameters
    options = {"dynamo": False} if can_trace else {}
    names = {"input_names": ["x"], "output_names": ["y"]}
    for name, (_, shape, batch) in NETWORKS.items():
        model, _ = build(name)
        images = torch.rand(batch, *shape)
        torch.onnx.export(model.eval(), images, f"{folder}/{name}.onnx", **names, **options)
    return list(NETWORKS)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--layout", choices=list(LAYOUTS))
    args = options.parse_args()
    # Answers have standard output to themselves: what libraries print there goes to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    torch.set_num_threads(args.threads)
    base = peak_megabytes()
    steps = {}

    def answer(line):
        command, *rest = line.split()
        if command == "memory":
            return {"peak": peak_megabytes(), "base": base}
        if command == "export":
            return {"exported": export(rest[0])}
        name, count = rest
        if (command, name) not in steps:
            steps.clear()
            steps[command, name] = fastest(command, name, args.layout)
        step = steps[command, name]
        return {"times": step.times(int(count)), "layout": step.layout, "parameters": step.parameters}

    def write(record):
        print(json.dumps(record), file=answers, flush=True)

    write({"version": f"PyTorch {torch.__version__}"})
    for line in sys.stdin:
        write(answer(line))


if __name__ == "__main__":
    main()
