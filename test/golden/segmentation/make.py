"""Makes segmentation.json for test/golden/segmentation.test.ts with PyTorch 2.15, in f64.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python make.py

Networks: the U-Net of Fovea's zoo in PyTorch, its results, its loss, and its weights after one step of SGD. Losses: their
values and gradients with class numbers, some of them ignored; the Lovasz losses by their definition, with errors sorted.
Weights follow from their names, inputs and targets from shared_numbers.py.
"""

import pathlib
import sys

import numpy
import torch
import torch.nn.functional as functional
from torch import nn

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

torch.set_default_dtype(torch.float64)
UNKNOWN = 255


class UNet(nn.Module):
    """Layers go by the names that they have in Fovea."""

    def __init__(self, channels, classes, filters, depth, normalized, bilinear):
        super().__init__()
        self.depth, self.normalized, self.bilinear = depth, normalized, bilinear
        self.parts = nn.ModuleDict()
        widths = [filters * 2**i for i in range(depth + 1)]
        inputs = channels
        for i in range(depth):
            self.pair(f"down{i + 1}", inputs, widths[i], widths[i])
            inputs = widths[i]
        bottom = widths[depth] // 2 if bilinear else widths[depth]
        self.pair("middle", inputs, bottom, bottom)
        inputs = bottom
        for i in reversed(range(depth)):
            if not bilinear:
                self.parts[f"up{i + 1}_sampling"] = nn.ConvTranspose2d(inputs, widths[i], 2, stride=2)
                inputs = widths[i]
            last = widths[i] // 2 if bilinear and i > 0 else widths[i]
            self.pair(f"up{i + 1}", widths[i] + inputs, widths[i], last)
            inputs = last
        self.parts["predictions"] = nn.Conv2d(inputs, classes, 1)

    def pair(self, name, inputs, inner, outputs):
        for i, (before, after) in enumerate(((inputs, inner), (inner, outputs)), 1):
            bias = not self.normalized
            self.parts[f"{name}_conv{i}"] = nn.Conv2d(before, after, 3, padding=1, bias=bias)
            if self.normalized:
                # Keras's epsilon; what PyTorch calls 0.1 is 0.9 there.
                self.parts[f"{name}_norm{i}"] = nn.BatchNorm2d(after, eps=1e-3, momentum=0.1)

    def two(self, x, name):
        for i in (1, 2):
            x = self.parts[f"{name}_conv{i}"](x)
            if self.normalized:
                x = self.parts[f"{name}_norm{i}"](x)
            x = torch.relu(x)
        return x

    def forward(self, x):
        skipped = []
        for i in range(self.depth):
            x = self.two(x, f"down{i + 1}")
            skipped.append(x)
            x = functional.max_pool2d(x, 2)
        x = self.two(x, "middle")
        for i in reversed(range(self.depth)):
            if self.bilinear:
                x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            else:
                x = self.parts[f"up{i + 1}_sampling"](x)
            x = self.two(torch.cat([skipped[i], x], dim=1), f"up{i + 1}")
        return self.parts["predictions"](x)


def weights_of(model):
    """Fovea's name of every weight, its tensor, and the order of axes that Fovea has it in."""
    for name, module in model.parts.items():
        if isinstance(module, nn.BatchNorm2d):
            yield f"{name}/gamma", module.weight, (0,)
            yield f"{name}/beta", module.bias, (0,)
            yield f"{name}/moving_mean", module.running_mean, (0,)
            yield f"{name}/moving_variance", module.running_var, (0,)
            continue
        yield f"{name}/kernel", module.weight, (2, 3, 1, 0)
        if module.bias is not None:
            yield f"{name}/bias", module.bias, (0,)


def fill(model):
    with torch.no_grad():
        for name, tensor, order in weights_of(model):
            shape = [tensor.shape[axis] for axis in order]
            values = shared_numbers.named_values(name, shape)
            back = numpy.argsort(order)
            tensor.copy_(torch.from_numpy(numpy.ascontiguousarray(values.transpose(back))))


def pixels_last(tensor):
    return tensor.detach().numpy().transpose(0, 2, 3, 1)


def labels_of(shape, classes):
    """Class numbers, about one in nine of them unknown."""
    labels = shared_numbers.classes(2, int(numpy.prod(shape)), classes)
    hidden = shared_numbers.classes(3, labels.size, 9) == 0
    return numpy.where(hidden, UNKNOWN, labels).reshape(shape)


def dice(shares, labels):
    """The mean over the classes of 1 - the Dice coefficient, over the whole batch."""
    known = (labels != UNKNOWN)[:, None]
    hot = functional.one_hot(torch.where(labels == UNKNOWN, 0, labels), shares.shape[1]).movedim(-1, 1)
    hot, shares = hot * known, shares * known
    both = (hot * shares).sum((0, 2, 3))
    return (1 - 2 * both / (hot.sum((0, 2, 3)) + shares.sum((0, 2, 3)) + 1e-7)).mean()


RATE = 0.25


def network(channels=1, classes=3, size=32, batch=2, filters=4, depth=3, normalized=True, bilinear=False):
    model = UNet(channels, classes, filters, depth, normalized, bilinear)
    fill(model)
    images = shared_numbers.uniform(1, (batch, size, size, channels), -1, 1)
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    labels = torch.from_numpy(labels_of((batch, size, size), classes))
    model.eval()
    predicted = functional.softmax(model(x), dim=1)
    model.train()
    before = {name: tensor.detach().clone() for name, tensor, _ in weights_of(model)}
    counts = {}
    for name, module in model.parts.items():
        if isinstance(module, nn.BatchNorm2d):
            module.register_forward_hook(lambda _m, _i, y, name=name: counts.update({name: y.numel() / y.shape[1]}))
    logits = model(x)
    entropy = functional.cross_entropy(logits, labels, ignore_index=UNKNOWN)
    loss = entropy + 0.5 * dice(functional.softmax(logits, dim=1), labels)
    trained = [p for p in model.parameters()]
    optimizer = torch.optim.SGD(trained, lr=RATE)
    loss.backward()
    optimizer.step()
    weights = {}
    for name, tensor, order in weights_of(model):
        values = tensor.detach()
        if name.endswith("moving_variance"):
            # Keras keeps the variance of the batch, PyTorch that of the population behind it.
            count = counts[name.split("/")[0]]
            old = 0.9 * before[name]
            values = old + (values - old) * (count - 1) / count
        weights[name] = shared_numbers.sketch(values.numpy().transpose(order))
    options = {"filters": filters, "depth": depth, "batchNormalization": normalized, "useBias": not normalized}
    return {
        "options": {**options, "upSampling": "bilinear" if bilinear else "transposed"},
        "inputShape": [size, size, channels],
        "classes": classes,
        "batch": batch,
        "rate": RATE,
        "predicted": shared_numbers.sketch(pixels_last(predicted)),
        "loss": shared_numbers.rounded([loss.item()])[0],
        "weights": weights,
    }


def lovasz(errors, inside):
    """The Lovasz extension of the Jaccard loss at `errors`, of the places of one region."""
    errors, order = torch.sort(errors, descending=True)
    inside = inside[order]
    size = inside.sum()
    intersection = size - inside.cumsum(0)
    union = size + (1 - inside).cumsum(0)
    jaccard = 1 - intersection / union
    steps = torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])
    return torch.dot(errors, steps)


def lovasz_softmax(shares, labels):
    known = labels != UNKNOWN
    losses = []
    for label in range(shares.shape[-1]):
        inside = (labels[known] == label).double()
        if inside.sum() > 0:
            losses.append(lovasz((inside - shares[known][:, label]).abs(), inside))
    return torch.stack(losses).mean()


def lovasz_hinge(logits, targets):
    known = targets != UNKNOWN
    inside = targets[known].double()
    errors = functional.relu(1 - logits[..., 0][known] * (2 * inside - 1))
    return lovasz(errors, inside)


def overlap(shares, labels, alpha, beta):
    known = (labels != UNKNOWN)[..., None]
    hot = functional.one_hot(torch.where(labels == UNKNOWN, 0, labels), shares.shape[-1])
    hot, shares = hot * known, shares * known
    both, missed, extra = (hot * shares).sum((0, 1)), (hot * (1 - shares)).sum((0, 1)), (shares * (1 - hot)).sum((0, 1))
    return (1 - both / (both + alpha * missed + beta * extra + 1e-7)).mean()


WEIGHTS = [0.5, 2.0, 1.25]


def focal(shares, labels):
    known = labels != UNKNOWN
    right = shares[known].gather(1, labels[known][:, None])[:, 0]
    weight = torch.tensor(WEIGHTS)[labels[known]]
    return (-weight * (1 - right) ** 2 * right.log()).mean()


def entropy(shares, labels):
    known = labels != UNKNOWN
    right = shares[known].gather(1, labels[known][:, None])[:, 0]
    return (-torch.tensor(WEIGHTS)[labels[known]] * right.log()).mean()


def binary(logits, targets):
    known = targets != UNKNOWN
    return functional.binary_cross_entropy_with_logits(logits[..., 0][known], targets[known].double())


ignoring = {"ignoreClass": UNKNOWN}
sparse = {"sparseYTrue": True, **ignoring}
per_class = {"axis": [0, 1], **sparse}
SHAPE = [4, 6, 3]
BINARY = [4, 6, 1]
# Fovea sorts errors into this many levels; where each is on its own the result is exact.
LEVELS = 512

# Fovea's loss and its options, the shape of the results, and the same in PyTorch.
LOSSES = [
    ("lovaszSoftmax", ignoring, [3, 4, 3], lovasz_softmax),
    ("lovaszHinge", ignoring, [3, 4, 1], lovasz_hinge),
    ("dice", per_class, SHAPE, lambda p, y: overlap(p, y, 0.5, 0.5)),
    ("tversky", {**per_class, "alpha": 0.7, "beta": 0.2}, SHAPE, lambda p, y: overlap(p, y, 0.7, 0.2)),
    ("iou", per_class, SHAPE, lambda p, y: overlap(p, y, 1, 1)),
    ("categoricalFocalCrossentropy", {**sparse, "alpha": WEIGHTS}, SHAPE, focal),
    ("sparseCategoricalCrossentropy", {**ignoring, "classWeights": WEIGHTS}, SHAPE, entropy),
    ("binaryCrossentropy", ignoring, BINARY, binary),
    (
        "weightedSum",
        {
            "losses": [
                {"name": "sparseCategoricalCrossentropy", "options": {**ignoring, "classWeights": WEIGHTS}},
                {"name": "iou", "options": per_class},
            ],
            "weights": [0.75, 1.5],
        },
        SHAPE,
        lambda p, y: 0.75 * entropy(p, y) + 1.5 * overlap(p, y, 1, 1),
    ),
]


def are_apart(logits, labels):
    """Whether no two places of a region have errors on the same level."""
    known = labels != UNKNOWN
    if logits.shape[-1] == 1:
        errors = functional.relu(1 - logits[..., 0][known] * (2 * labels[known] - 1))
        ranks = (errors / (1 + errors))[:, None]
        ranks = [ranks[ranks > 0]]
    else:
        hot = functional.one_hot(labels[known], logits.shape[-1])
        ranks = (hot - functional.softmax(logits, dim=-1)[known]).abs().T
    levels = [(column * LEVELS).floor() for column in ranks]
    return all(len(column.unique()) == len(column) for column in levels)


def loss_case(name, options, shape, of):
    is_binary = shape[-1] == 1
    labels = torch.from_numpy(labels_of(shape[:-1], 2 if is_binary else shape[-1]))
    draws = (torch.from_numpy(shared_numbers.uniform(stream, shape, -3, 3)) for stream in range(10, 1000))
    stream, logits = next(
        (10 + i, x) for i, x in enumerate(draws) if not name.startswith("lovasz") or are_apart(x, labels)
    )
    logits.requires_grad_()
    loss = of(logits if is_binary else functional.softmax(logits, dim=-1), labels)
    loss.backward()
    return {
        "loss": name,
        "options": options,
        "shape": shape,
        "stream": stream,
        "value": shared_numbers.rounded([loss.item()])[0],
        "gradient": shared_numbers.rounded(logits.grad.numpy()),
    }


if __name__ == "__main__":
    networks = {
        "normalized, transposed convolutions": network(),
        "as in the paper, with padding": network(channels=3, classes=2, size=16, depth=2, normalized=False),
        "normalized, interpolated": network(classes=4, size=24, batch=3, depth=2, bilinear=True),
    }
    losses = [loss_case(*settings) for settings in LOSSES]
    shared_numbers.write(here / "segmentation.json", {"networks": networks, "losses": losses})
