"""PyTorch's side of the benchmark: told over stdin what to run, answers in one JSON line each.

    train mnist 128 5         five training steps of 128 images (forward, backward, Adam):
                              {"times": [ms, ...], "layout": "..."}
    infer mnist 128 5         five batches forward, without gradients
    memory                    {"peak": MB, "base": MB}: the most this process ever held, and before any network
    export mnist 128 FOLDER   the network as FOLDER/mnist-128.onnx: {"exported": "mnist-128"}

The first line that it writes names the version. Both memory layouts are tried once for each network
and mode, then the faster one by torch.compile where that works, and the fastest is kept; --layout takes
one without trying. The networks are those of ../networks.ts, layer by layer, large ones from torchvision.
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


class UNet(nn.Module):
    """32 filters at the top, 512 at the bottom; the means of two maps are its logits."""

    def __init__(self):
        super().__init__()
        widths = [32, 64, 128, 256, 512]
        self.down = nn.ModuleList(self.two(a, b) for a, b in zip([3, *widths], widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[-2::-1])
        self.across = nn.ModuleList(self.two(2 * w, w) for w in widths[-2::-1])
        self.maps = nn.Conv2d(widths[0], 2, 1)

    @staticmethod
    def two(inputs, filters):
        parts = []
        for channels in (inputs, filters):
            convolution = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
            parts += [convolution, nn.BatchNorm2d(filters), nn.ReLU()]
        return nn.Sequential(*parts)

    def forward(self, x):
        skips = []
        for i, block in enumerate(self.down):
            x = block(x if i == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        for up, across, skip in zip(self.up, self.across, skips[-2::-1]):
            x = across(torch.cat([up(x), skip], dim=1))
        return self.maps(x).mean(dim=(2, 3))


class Detector(nn.Module):
    """ResNet-18's blocks, a feature pyramid, and heads that share their convolutions: boxes and logits."""

    STRIDES, CLASSES, WIDTH, DEPTH, SIDE = (8, 16, 32), 20, 64, 2, 256

    def __init__(self):
        super().__init__()
        stem = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
        self.stem = nn.Sequential(stem, nn.BatchNorm2d(64), nn.ReLU())
        widths = [64, 64, 128, 256, 512]
        self.stages = nn.ModuleList(
            nn.Sequential(Block(a, b, 2), Block(b, b)) for a, b in zip(widths, widths[1:])
        )
        width = self.WIDTH
        self.laterals = nn.ModuleList(nn.Conv2d(filters, width, 1) for filters in widths[2:])
        self.smooth = nn.ModuleList(self.convolution(width) for _ in self.STRIDES)
        self.shared = nn.ModuleList(self.convolution(width) for _ in range(2 * self.DEPTH))
        count = len(self.STRIDES) * (1 + 2 * self.DEPTH)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width, eps=1e-3) for _ in range(count))
        self.boxes = nn.Conv2d(width, 4, 3, padding=1)
        self.classes = nn.Conv2d(width, self.CLASSES, 3, padding=1)
        nn.init.normal_(self.boxes.weight, std=0.01)
        nn.init.constant_(self.boxes.bias, 1)
        nn.init.normal_(self.classes.weight, std=0.01)
        nn.init.constant_(self.classes.bias, -4.6)
        points = []
        for stride in self.STRIDES:
            middles = (torch.arange(self.SIDE // stride) + 0.5) * stride
            y, x = torch.meshgrid(middles, middles, indexing="ij")
            points.append(torch.stack([x, y, x, y], -1).reshape(-1, 4))
        self.register_buffer("points", torch.cat(points))

    @staticmethod
    def convolution(width):
        return nn.Conv2d(width, width, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.stem(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        merged = [lateral(x) for lateral, x in zip(self.laterals, maps[1:])]
        for i in (1, 0):
            merged[i] = merged[i] + nn.functional.interpolate(merged[i + 1], scale_factor=2.0)
        norms = iter(self.norms)
        signs = torch.tensor([-1.0, -1.0, 1.0, 1.0])
        boxes, logits, first = [], [], 0
        for stride, smooth, x in zip(self.STRIDES, self.smooth, merged):
            x = torch.relu(next(norms)(smooth(x)))
            ends = []
            for branch, last in enumerate((self.boxes, self.classes)):
                y = x
                for convolution in self.shared[branch * self.DEPTH : (branch + 1) * self.DEPTH]:
                    y = torch.relu(next(norms)(convolution(y)))
                ends.append(last(y).permute(0, 2, 3, 1).flatten(1, 2))
            count = ends[0].shape[1]
            points = self.points[first : first + count]
            first += count
            boxes.append(points + signs * stride * torch.exp(torch.clamp(ends[0], max=8)))
            logits.append(ends[1])
        return torch.cat(boxes, 1), torch.cat(logits, 1)

    @classmethod
    def targets(cls, batch):
        """The positive points of eight objects, as Fovea assigns them: box and class of each point."""
        boxes, kinds = [], []
        objects = []
        for i in range(8):
            left, top, length = (i % 4) * 60, i // 4 * 100, 20 + 22 * i
            edges = [left, top, min(left + length, cls.SIDE), min(top + length, cls.SIDE)]
            objects.append((edges, i, (edges[2] - edges[0]) * (edges[3] - edges[1])))
        for level, stride in enumerate(cls.STRIDES):
            side = cls.SIDE // stride
            for point in range(side * side):
                x, y = (point % side + 0.5) * stride, (point // side + 0.5) * stride
                best = None
                for edges, kind, area in objects:
                    length = max(edges[2] - edges[0], edges[3] - edges[1])
                    wanted = next((k for k, s in enumerate(cls.STRIDES) if length <= 8 * s), 2)
                    near = (
                        abs(x - (edges[0] + edges[2]) / 2) <= 1.5 * stride
                        and abs(y - (edges[1] + edges[3]) / 2) <= 1.5 * stride
                        and edges[0] <= x <= edges[2]
                        and edges[1] <= y <= edges[3]
                    )
                    if level == wanted and near and (best is None or area < best[0]):
                        best = (area, edges, kind)
                boxes.append(best[1] if best else [0, 0, 0, 0])
                kinds.append([float(best is not None and best[2] == k) for k in range(cls.CLASSES)])
        shape = (batch, -1, -1)
        return torch.tensor(boxes, dtype=torch.float32).expand(shape), torch.tensor(kinds).expand(shape)

    @staticmethod
    def loss(results, targets):
        """Quality focal loss and 1 - CIoU, over the number of positive points."""
        from torchvision.ops import complete_box_iou_loss

        (boxes, logits), (wanted, kinds) = results, targets
        positive = wanted[..., 0] < wanted[..., 2]
        found, there = boxes[positive], wanted[positive]
        with torch.no_grad():
            low, high = torch.maximum(found[:, :2], there[:, :2]), torch.minimum(found[:, 2:], there[:, 2:])
            shared = (high - low).clamp(min=0).prod(1)
            areas = [(box[:, 2:] - box[:, :2]).prod(1) for box in (found, there)]
            soft = kinds.clone()
            soft[positive] *= (shared / (areas[0] + areas[1] - shared))[:, None]
        entropy = nn.functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
        classes = ((soft - logits.sigmoid()) ** 2 * entropy).sum()
        return (classes + 2 * complete_box_iou_loss(found, there, reduction="sum")) / positive.sum()


def published(name, **options):
    """A network of torchvision's, with weights at random."""

    def layers():
        import torchvision

        return [getattr(torchvision.models, name)(weights=None, **options)]

    return layers


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


COLOUR = (3, 224, 224)

# Layers, and the shape of one image.
NETWORKS = {
    "lenet": (lenet, GREY),
    "mnist": (mnist, GREY),
    "simple": (simple, GREY),
    "cifar": (cifar, (3, 32, 32)),
    "vgg": (vgg, GREY),
    "resnet": (resnet, GREY),
    "mobilenet-v2": (published("mobilenet_v2"), COLOUR),
    "resnet-50": (published("resnet50"), COLOUR),
    "vgg-16": (published("vgg16"), COLOUR),
    "densenet-121": (published("densenet121"), COLOUR),
    "efficientnet-b0": (published("efficientnet_b0"), COLOUR),
    "inception-v3": (published("inception_v3", aux_logits=False, init_weights=False), (3, 299, 299)),
    "unet": (lambda: [UNet()], (3, 256, 256)),
    "detector": (lambda: [Detector()], (3, Detector.SIDE, Detector.SIDE)),
}


def cross_entropy(batch):
    """The loss of logits, with labels at random."""
    # Every network tells at least two classes apart.
    labels = torch.randint(0, 2, (batch,))
    return lambda results: nn.functional.cross_entropy(results, labels)


def detection(batch):
    targets = Detector.targets(batch)
    return lambda results: Detector.loss(results, targets)


# What networks learn by, those that do not learn by the cross-entropy of logits.
LOSSES = {"detector": detection}


def build(name):
    """The network, seeded, and how many numbers its training changes."""
    torch.manual_seed(0)
    layers, _ = NETWORKS[name]
    model = nn.Sequential(*layers())
    return model, sum(weight.numel() for weight in model.parameters())


class Step:
    """One network in one mode and one layout, ready to be timed."""

    def __init__(self, mode, name, batch, layout, compiled=False):
        _, shape = NETWORKS[name]
        self.model, self.parameters = build(name)
        self.model = self.model.to(memory_format=LAYOUTS[layout])
        self.layout = f"{layout}, compiled" if compiled else layout
        self.images = torch.rand(batch, *shape).contiguous(memory_format=LAYOUTS[layout])
        self.loss = LOSSES.get(name, cross_entropy)(batch)
        self.run = self.train if mode == "train" else self.infer
        self.model.train(mode == "train")
        if compiled:
            self.model = torch.compile(self.model)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        for _ in range(3):
            self.run()

    def train(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(self.images))
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


def fastest(mode, name, batch, layout):
    """The step in the layout that was asked for, or in the way that takes least time."""
    if layout is not None:
        return Step(mode, name, batch, *layout.split(", ")[:1], compiled="compiled" in layout)

    def milliseconds(step):
        return statistics.median(step.times(3))

    steps = {milliseconds(step): step for step in (Step(mode, name, batch, way) for way in LAYOUTS)}
    best = steps.pop(min(steps))
    steps.clear()
    try:
        compiled = Step(mode, name, batch, best.layout, compiled=True)
        return min(best, compiled, key=milliseconds)
    except Exception as error:  # No compiler, or an operation that it does not know.
        print(f"torch.compile is left out: {error}", file=sys.stderr)
        return best


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


def export(name, batch, folder):
    # The exporter that traces needs no further package; torch.export's, the default of 2.9, needs onnxscript.
    can_trace = "dynamo" in inspect.signature(torch.onnx.export).parameters
    options = {"dynamo": False} if can_trace else {}
    names = {"input_names": ["x"], "output_names": ["y"]}
    _, shape = NETWORKS[name]
    model, _ = build(name)
    images = torch.rand(batch, *shape)
    torch.onnx.export(model.eval(), images, f"{folder}/{name}-{batch}.onnx", **names, **options)
    return f"{name}-{batch}"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--threads", type=int, default=2)
    ways = [*LAYOUTS, *(f"{layout}, compiled" for layout in LAYOUTS)]
    options.add_argument("--layout", choices=ways)
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
            name, batch, folder = rest
            return {"exported": export(name, int(batch), folder)}
        name, batch, count = rest
        if (command, name, batch) not in steps:
            steps.clear()
            steps[command, name, batch] = fastest(command, name, int(batch), args.layout)
        step = steps[command, name, batch]
        return {"times": step.times(int(count)), "layout": step.layout, "parameters": step.parameters}

    def write(record):
        print(json.dumps(record), file=answers, flush=True)

    write({"version": f"PyTorch {torch.__version__}"})
    for line in sys.stdin:
        write(answer(line))


if __name__ == "__main__":
    main()
