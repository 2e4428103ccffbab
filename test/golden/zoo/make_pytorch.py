"""Makes pytorch.json for test/golden/zoo.test.ts with torchvision and timm, in f64.

    python3 -m venv venv && venv/bin/pip install torch torchvision timm numpy
    venv/bin/python make_pytorch.py

As make_keras.py: weights follow from their names, which are PyTorch's with Keras's words for the weights, such as
`layer1.0.conv1/kernel`, and their shapes are Fovea's.
"""

import pathlib
import sys

import numpy
import timm
import torch
from torch import nn
from torchvision import models

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

CLASSES = 10


def kernel_shape(module):
    """The shape of the kernel in Fovea."""
    if isinstance(module, nn.Linear):
        return (module.in_features, module.out_features)
    outputs, inputs, *taps = module.weight.shape
    if module.groups > 1 and module.groups == module.in_channels:
        return (*taps, module.in_channels, outputs // module.in_channels)
    return (*taps, inputs, outputs)


def kernel_for(module, values, image):
    """The kernel of Fovea in PyTorch's order; `image` is the shape before it was flattened."""
    if isinstance(module, nn.Linear):
        if image is None:
            return values.T
        channels, height, width = image
        return values.reshape(height, width, channels, -1).transpose(3, 2, 0, 1).reshape(values.shape[1], -1)
    if module.groups > 1 and module.groups == module.in_channels:
        height, width, channels, multiplier = values.shape
        return values.reshape(height, width, 1, channels * multiplier).transpose(3, 2, 0, 1)
    return values.transpose(3, 2, 0, 1)


def weights_of(model, flattened):
    """The name of every weight in Fovea, its shape there, its tensor, and how values reach it."""
    for path, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            pairs = [
                ("gamma", module.weight),
                ("beta", module.bias),
                ("moving_mean", module.running_mean),
                ("moving_variance", module.running_var),
            ]
            for name, tensor in pairs:
                yield f"{path}/{name}", tuple(tensor.shape), tensor, lambda values: values
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            image = flattened.get(path)
            order = lambda values, one=module, of=image: kernel_for(one, values, of)  # noqa: E731
            yield f"{path}/kernel", kernel_shape(module), module.weight, order
            if module.bias is not None:
                yield f"{path}/bias", tuple(module.bias.shape), module.bias, lambda values: values


def fill(model, flattened):
    with torch.no_grad():
        for name, shape, tensor, order in weights_of(model, flattened):
            values = order(shared_numbers.named_values(name, shape))
            tensor.copy_(torch.from_numpy(numpy.ascontiguousarray(values)))


def pixels_last(tensor):
    values = tensor.detach().numpy()
    return values.transpose(0, 2, 3, 1) if values.ndim == 4 else values


def torchvision(name, **options):
    return lambda classes=1000: getattr(models, name)(weights=None, num_classes=classes, **options)


def lite(number):
    return lambda classes=1000: timm.create_model(f"tf_efficientnet_lite{number}", num_classes=classes)


GOOGLENET = {"aux_logits": False, "init_weights": False}

# The model, the size of images, options in Fovea, layers of features with PyTorch's modules, and what is flattened.
CASES = {
    "alexnet": (
        torchvision("alexnet"),
        95,
        {},
        {"features.0": "features.1", "features.3": "features.4", "features.10": "features.11"},
        {"classifier.1": (256, 6, 6)},
    ),
    "vgg-11-bn": (
        torchvision("vgg11_bn"),
        32,
        {},
        {"features.2": "features.2", "features.27": "features.27"},
        {"classifier.0": (512, 7, 7)},
    ),
    "googlenet": (
        torchvision("googlenet", **GOOGLENET),
        64,
        {},
        {
            "conv1.relu": "conv1",
            "conv3.relu": "conv3",
            "inception3b": "inception3b",
            "inception4e": "inception4e",
            "inception5b": "inception5b",
        },
        {},
    ),
    "resnet-18": (
        torchvision("resnet18"),
        64,
        {},
        {"relu": "relu", "layer1.1.out": "layer1.1", "layer2.1.out": "layer2.1", "layer4.1.out": "layer4.1"},
        {},
    ),
    "resnet-50-torchvision": (
        torchvision("resnet50"),
        64,
        {},
        {"relu": "relu", "layer1.2.out": "layer1.2", "layer2.3.out": "layer2.3", "layer4.2.out": "layer4.2"},
        {},
    ),
    "resnext-50": (
        torchvision("resnext50_32x4d"),
        64,
        {},
        {"relu": "relu", "layer1.2.out": "layer1.2", "layer3.5.out": "layer3.5", "layer4.2.out": "layer4.2"},
        {},
    ),
    "squeezenet-1.0": (
        torchvision("squeezenet1_0"),
        67,
        {},
        {"features.0": "features.1", "features.5": "features.5", "features.12": "features.12"},
        {},
    ),
    "squeezenet-1.1": (
        torchvision("squeezenet1_1"),
        64,
        {},
        {"features.0": "features.1", "features.4": "features.4", "features.12": "features.12"},
        {},
    ),
    "shufflenet-v2": (
        torchvision("shufflenet_v2_x0_5"),
        64,
        {"width": 0.5},
        {"conv1.2": "conv1", "maxpool": "maxpool", "stage2.3": "stage2.3", "stage3.7": "stage3.7", "conv5.2": "conv5"},
        {},
    ),
    "mnasnet": (
        torchvision("mnasnet0_5"),
        64,
        {"width": 0.5},
        {
            "layers.7": "layers.7",
            "layers.8.2.add": "layers.8.2",
            "layers.9.2.add": "layers.9.2",
            "layers.11.1.add": "layers.11.1",
            "layers.16": "layers.16",
        },
        {},
    ),
    "efficientnet-lite0": (
        lite(0),
        64,
        {},
        {
            "blocks.0.0.bn2": "blocks.0.0",
            "blocks.1.1.add": "blocks.1.1",
            "blocks.2.1.add": "blocks.2.1",
            "blocks.4.2.add": "blocks.4.2",
            "act2": "bn2",
        },
        {},
    ),
}

# Every model whose names and shapes are held beside Fovea's.
ALL = {
    "alexnet": torchvision("alexnet"),
    "vgg-11": torchvision("vgg11"),
    "vgg-13": torchvision("vgg13"),
    **{f"vgg-{depth}-bn": torchvision(f"vgg{depth}_bn") for depth in (11, 13, 16, 19)},
    "googlenet": torchvision("googlenet", **GOOGLENET),
    "resnet-18": torchvision("resnet18"),
    "resnet-34": torchvision("resnet34"),
    **{f"resnet-{depth}-torchvision": torchvision(f"resnet{depth}") for depth in (50, 101, 152)},
    "resnext-50": torchvision("resnext50_32x4d"),
    "wide-resnet-50-2": torchvision("wide_resnet50_2"),
    "squeezenet-1.0": torchvision("squeezenet1_0"),
    "squeezenet-1.1": torchvision("squeezenet1_1"),
    "shufflenet-v2": torchvision("shufflenet_v2_x1_0"),
    "mnasnet": torchvision("mnasnet1_0"),
    **{f"efficientnet-lite{number}": lite(number) for number in range(5)},
}


def case(build, size, options, features, flattened):
    model = build(CLASSES).double().eval()
    fill(model, flattened)
    found = {}
    for name, path in features.items():

        def keep(_module, _inputs, output, name=name):
            found.setdefault(name, pixels_last(output).copy())

        model.get_submodule(path).register_forward_hook(keep)
    images = shared_numbers.uniform(1, (1, size, size, 3), -1, 1)
    logits = model(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())).detach().numpy()
    return {
        "options": {"inputShape": [size, size, 3], "classes": CLASSES, **options},
        "pixels": [-1, 1],
        "parameters": sum(int(numpy.prod(shape)) for _, shape, *_ in weights_of(model, flattened)),
        "logits": shared_numbers.rounded(logits),
        "features": {name: shared_numbers.sketch(found[name]) for name in features},
    }


def digest(build):
    with torch.device("meta"):
        model = build()
    return shared_numbers.weights_digest((name, shape) for name, shape, *_ in weights_of(model, {}))


if __name__ == "__main__":
    results = {name: case(*settings) for name, settings in CASES.items()}
    digests = {name: digest(build) for name, build in ALL.items()}
    shared_numbers.write(here / "pytorch.json", {"cases": results, "digests": digests})
