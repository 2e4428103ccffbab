"""The parameters of published state dictionaries, as one SHA-256 for each architecture: python make.py (needs
torchvision and timm).

A line is a parameter's name and its sizes, "layer1.0.conv1.weight 64 64 3 3"; lines are sorted. Counters of steps and
what is for training alone (aux1, aux2) are left out.
"""

import hashlib
import json
import os

import timm
import torch
import torchvision.models as models

TORCHVISION = {
    "alexnet": "alexnet",
    "vgg-11": "vgg11",
    "vgg-13": "vgg13",
    "vgg-16": "vgg16",
    "vgg-19": "vgg19",
    "vgg-11-bn": "vgg11_bn",
    "vgg-13-bn": "vgg13_bn",
    "vgg-16-bn": "vgg16_bn",
    "vgg-19-bn": "vgg19_bn",
    "resnet-18": "resnet18",
    "resnet-34": "resnet34",
    "resnet-50-torchvision": "resnet50",
    "resnet-101-torchvision": "resnet101",
    "resnet-152-torchvision": "resnet152",
    "resnext-50": "resnext50_32x4d",
    "wide-resnet-50-2": "wide_resnet50_2",
    "googlenet": "googlenet",
    "squeezenet-1.0": "squeezenet1_0",
    "squeezenet-1.1": "squeezenet1_1",
    "shufflenet-v2": "shufflenet_v2_x1_0",
    "mnasnet": "mnasnet1_0",
}
TIMM = {f"efficientnet-lite{i}": f"tf_efficientnet_lite{i}" for i in range(5)}


def digest(state):
    kept = [
        (name, value)
        for name, value in state.items()
        if not name.endswith("num_batches_tracked") and not name.startswith(("aux1.", "aux2."))
    ]
    lines = sorted(" ".join([name, *map(str, value.shape)]) for name, value in kept)
    return {"count": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


here = os.path.dirname(os.path.abspath(__file__))
found = {}
with torch.device("meta"):
    for name, own in TORCHVISION.items():
        options = {"aux_logits": False, "init_weights": False} if own == "googlenet" else {}
        found[name] = digest(getattr(models, own)(weights=None, **options).state_dict())
    for name, own in TIMM.items():
        found[name] = digest(timm.create_model(own).state_dict())
with open(os.path.join(here, "digests.json"), "w") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
