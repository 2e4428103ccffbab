"""Makes torchvision.json for test/golden/dilated.test.ts with torchvision, in f64.

    python3 -m venv venv && venv/bin/pip install torch torchvision timm numpy
    venv/bin/python make_torchvision.py

DeepLabV3 and FCN on dilated networks: their logits, the features of each stage, and how many numbers training changes.
Weights follow from the names that layers have in Fovea. Heads are normalized with Keras's epsilon.
"""

import pathlib
import sys

import numpy
import torch
from torch import nn
from torchvision.models import segmentation

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(here.parent), str(here.parent / "zoo")]
import shared_numbers  # noqa: E402
from make_pytorch import pixels_last, weights_of  # noqa: E402

CLASSES = 21
# Wide enough for the largest rate, 36 places of 8 pixels.
SIZE = (32, 320)
STAGES = {"layer1.2.out": "layer1", "layer2.3.out": "layer2", "layer3.5.out": "layer3", "layer4.2.out": "layer4"}

# What the modules of a head are called in Fovea.
DEEPLAB = {
    "0.convs.0.0": "aspp_conv1",
    "0.convs.0.1": "aspp_conv1_norm",
    **{f"0.convs.{i}.0": f"aspp_conv{i + 1}" for i in (1, 2, 3)},
    **{f"0.convs.{i}.1": f"aspp_conv{i + 1}_norm" for i in (1, 2, 3)},
    "0.convs.4.1": "aspp_pool_conv",
    "0.convs.4.2": "aspp_pool_conv_norm",
    "0.project.0": "aspp_project",
    "0.project.1": "aspp_project_norm",
    "1": "head_conv",
    "2": "head_conv_norm",
    "4": "scores",
}
FCN = {"0": "head_conv", "1": "head_conv_norm", "4": "scores8"}


def build(name):
    return getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=CLASSES, aux_loss=False)


def trainable(name):
    with torch.device("meta"):
        return sum(weight.numel() for weight in build(name).parameters())


def fovea_name(name, head):
    path, weight = name.split("/")
    part, _, rest = path.partition(".")
    return f"{rest if part == 'backbone' else head[rest]}/{weight}"


def case(name, head):
    model = build(name).double().eval()
    for module in model.classifier.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-3
    with torch.no_grad():
        for path, shape, tensor, order in weights_of(model, {}):
            values = order(shared_numbers.named_values(fovea_name(path, head), shape))
            tensor.copy_(torch.from_numpy(numpy.ascontiguousarray(values)))
    found = {}
    for feature, path in STAGES.items():

        def keep(_module, _inputs, output, feature=feature):
            found[feature] = pixels_last(output).copy()

        model.backbone.get_submodule(path).register_forward_hook(keep)
    images = shared_numbers.uniform(1, (1, *SIZE, 3), -1, 1)
    with torch.no_grad():
        logits = pixels_last(model(torch.from_numpy(images.transpose(0, 3, 1, 2).copy()))["out"])
    return {
        "inputShape": [*SIZE, 3],
        "logits": shared_numbers.sketch(logits),
        "features": {feature: shared_numbers.sketch(found[feature]) for feature in STAGES},
    }


if __name__ == "__main__":
    names = ["deeplabv3_resnet50", "deeplabv3_resnet101", "deeplabv3_mobilenet_v3_large", "fcn_resnet50", "fcn_resnet101"]
    content = {
        "parameters": {name: trainable(name) for name in names},
        "cases": {
            "deeplabv3_resnet50": case("deeplabv3_resnet50", DEEPLAB),
            "fcn_resnet50": case("fcn_resnet50", FCN),
        },
    }
    shared_numbers.write(here / "torchvision.json", content)
