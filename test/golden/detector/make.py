"""Makes detector.json for test/golden/detector.test.ts with PyTorch and torchvision, in f64.

    python3 -m venv venv && venv/bin/pip install torch torchvision numpy
    venv/bin/python make.py

The network of `vision.detector` with a backbone of four blocks, layer by layer, with weights that follow from their
names; its boxes and scores; its loss on targets that are assigned here once more, point by point; the gradients; and
the weights after one step of SGD.
"""

import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F
from torchvision.ops import box_iou, complete_box_iou_loss

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

SIZE, CLASSES, WIDTH, COUNT = 48, 3, 8, 4
STRIDES = [4, 8, 16]
RATE = 0.01
# What kernels are scaled by, so that boxes are about as large as the image.
GAIN = 0.5

# Left, top, right, bottom, class of the objects in each image: one that crosses the border, some that claim the same
# points, one that is smaller than any stride, one that is as large as the image; the last image has none.
OBJECTS = [
    [[2.5, 3, 14, 20.25, 0], [10, 8, 22, 30, 2], [35, 36.5, 60, 65, 1]],
    [[0, 0, 48, 48, 1], [7.25, 9.5, 8.5, 10.25, 0], [16, 2, 30, 12, 2], [17, 3, 28, 11, 1]],
    [[-5, 12, 9, 19, 2]],
    [],
]

weights = {}


def weight(name, shape):
    """A weight by its name and its shape in Fovea, drawn when it is first asked for."""
    if name not in weights:
        tensor = torch.tensor(shared_numbers.named_values(name, shape, GAIN))
        tensor.requires_grad_(not name.split("/")[1].startswith("moving"))
        weights[name] = tensor
    return weights[name]


def convolution(x, name, filters, size, stride=1, bias=True):
    """`same` padding: where a pixel is over, it goes to the right and to the bottom."""
    kernel = weight(f"{name}/kernel", (size, size, x.shape[1], filters))
    offset = weight(f"{name}/bias", (filters,)) if bias else None
    total = [max((math.ceil(side / stride) - 1) * stride + size - side, 0) for side in x.shape[2:]]
    sides = [(whole // 2, whole - whole // 2) for whole in total]
    padded = F.pad(x, (*sides[1], *sides[0]))
    return F.conv2d(padded, kernel.permute(3, 2, 0, 1), offset, stride=stride)


def normalized(x, name, epsilon, momentum, training, moved):
    gamma, beta, mean, variance = (
        weight(f"{name}/{kind}", (x.shape[1],)) for kind in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    if training:
        batch_mean, batch_variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        moved[f"{name}/moving_mean"] = momentum * mean + (1 - momentum) * batch_mean.detach()
        moved[f"{name}/moving_variance"] = momentum * variance + (1 - momentum) * batch_variance.detach()
        mean, variance = batch_mean, batch_variance
    shape = (1, -1, 1, 1)
    scaled = (x - mean.reshape(shape)) / torch.sqrt(variance.reshape(shape) + epsilon)
    return scaled * gamma.reshape(shape) + beta.reshape(shape)


def network(images, training):
    """Boxes in pixels [N, P, 4], logits [N, P, K], and what the statistics become."""
    moved = {}
    x, maps = images, []
    for i in range(4):
        name = f"block{i + 1}_conv1"
        x = convolution(x, name, 4 * 2**i, 3, bias=False)
        x = torch.relu(normalized(x, f"{name}_bn", 1e-3, 0.99, training, moved))
        maps.append(x)
        if i < 3:
            x = F.max_pool2d(x, 2)

    def block(x, conv, name, stride=1):
        x = convolution(x, conv, WIDTH, 3, stride, bias=False)
        return torch.relu(normalized(x, f"{name}_norm", 1e-3, 0.97, training, moved))

    fine = convolution(maps[2], "lateral_4", WIDTH, 1)
    coarse = convolution(maps[3], "lateral_8", WIDTH, 1)
    fine = fine + F.interpolate(coarse, scale_factor=2, mode="nearest")
    levels = [block(fine, "pyramid_4", "pyramid_4"), block(coarse, "pyramid_8", "pyramid_8")]
    levels.append(block(levels[1], "pyramid_16", "pyramid_16", 2))
    boxes, logits = [], []
    for stride, level in zip(STRIDES, levels):
        found = convolution(block(level, "boxes_conv1", f"boxes_{stride}_1"), "boxes", 4, 3)
        kinds = convolution(block(level, "classes_conv1", f"classes_{stride}_1"), "classes", CLASSES, 3)
        found, kinds = (y.permute(0, 2, 3, 1).flatten(1, 2) for y in (found, kinds))
        rows, columns = level.shape[2:]
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        points = torch.stack([x, y, x, y], -1).reshape(1, -1, 4) * stride + stride / 2
        sign = torch.tensor([-1.0, -1.0, 1.0, 1.0], dtype=torch.float64)
        boxes.append(points + sign * stride * torch.exp(torch.clamp(found, max=8)))
        logits.append(kinds)
    return torch.cat(boxes, 1), torch.cat(logits, 1), moved


def targets_of(objects):
    """Every point looks at every object."""
    rows = []
    for level, stride in enumerate(STRIDES):
        side = SIZE // stride
        for i in range(side * side):
            x, y = (i % side + 0.5) * stride, (i // side + 0.5) * stride
            best = None
            for box in objects:
                left, top, right, bottom = (min(max(edge, 0), SIZE) for edge in box[:4])
                length = max(right - left, bottom - top)
                wanted = next((k for k, s in enumerate(STRIDES) if length <= 8 * s), len(STRIDES) - 1)
                if level != wanted:
                    continue
                spans = []
                for low, high, at in ((left, right, x), (top, bottom, y)):
                    middle = (low + high) / 2
                    near = [
                        (k + 0.5) * stride
                        for k in range(side)
                        if max(low, middle - 1.5 * stride) <= (k + 0.5) * stride <= min(high, middle + 1.5 * stride)
                    ]
                    nearest = min(max(math.floor(middle / stride), 0), side - 1)
                    spans.append(at in (near or [(nearest + 0.5) * stride]))
                area = (right - left) * (bottom - top)
                if all(spans) and (best is None or area < best[0]):
                    best = (area, [left, top, right, bottom], box[4])
            scores = [0.0] * CLASSES
            if best is None:
                rows.append([0.0] * 4 + scores)
            else:
                scores[best[2]] = 1.0
                rows.append([*best[1], *scores])
    return rows


def loss_of(boxes, logits, targets, quality=True, gamma=2, alpha=None, box_weight=2):
    wanted, kinds = targets[..., :4], targets[..., 4:]
    positive = wanted[..., 0] < wanted[..., 2]
    soft = kinds.clone()
    if quality:
        iou = torch.diagonal(box_iou(boxes[positive].detach(), wanted[positive]))
        soft[positive] = kinds[positive] * iou[:, None]
    entropy = F.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    factor = (soft - logits.sigmoid()).abs() ** gamma
    if alpha is not None:
        factor = factor * (alpha * kinds + (1 - alpha) * (1 - kinds))
    regression = complete_box_iou_loss(boxes[positive], wanted[positive], reduction="sum")
    return ((factor * entropy).sum() + box_weight * regression) / positive.sum()


def numbers(values):
    return shared_numbers.sketch(values.detach().numpy())


def main():
    pixels = shared_numbers.uniform(1, (COUNT, SIZE, SIZE, 3), -1, 1)
    images = torch.tensor(pixels).permute(0, 3, 1, 2)
    targets = torch.tensor([targets_of(objects) for objects in OBJECTS], dtype=torch.float64)
    boxes, logits, _ = network(images, training=False)
    predictions = torch.cat([boxes, logits.sigmoid()], -1)
    losses = {}
    cases = {
        "{}": {},
        '{"quality":false,"alpha":0.25}': {"quality": False, "alpha": 0.25},
        '{"gamma":0,"boxWeight":1}': {"gamma": 0, "box_weight": 1},
        '{"gamma":1.5}': {"gamma": 1.5},
    }
    moved = {}
    for name, options in cases.items():
        boxes, logits, moved = network(images, training=True)
        loss = loss_of(boxes, logits, targets, **options)
        trained = {key: value for key, value in weights.items() if value.requires_grad}
        gradients = torch.autograd.grad(loss, list(trained.values()))
        losses[name] = {
            "loss": shared_numbers.rounded([loss.item()])[0],
            "gradients": {key: numbers(value) for key, value in zip(trained, gradients)},
        }
        if name == "{}":
            after = {key: value - RATE * slope for (key, value), slope in zip(trained.items(), gradients)}
    after.update(moved)
    shared_numbers.write(
        here / "detector.json",
        {
            "objects": OBJECTS,
            "positives": [
                [[i, *map(float, row)] for i, row in enumerate(image.tolist()) if row[0] < row[2]]
                for image in targets
            ],
            "predictions": numbers(predictions),
            "losses": losses,
            "rate": RATE,
            "trained": {key: numbers(value) for key, value in after.items()},
        },
    )


main()
