"""Makes attributions.json with PyTorch, pytorch-grad-cam and captum: python3 make.py

One small network, of which weights and picture come from shared_numbers.py, so the fixture holds results only.
Maps of class activation are as pytorch-grad-cam scales them, [H, W] from 0 to 1; those of captum are [H, W, C],
divided by the largest magnitude. Layout: NHWC.
"""

import pathlib
import sys

import numpy
import torch

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402
from captum.attr import (  # noqa: E402
    DeepLift,
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    Occlusion,
    Saliency,
)
from pytorch_grad_cam import (  # noqa: E402
    AblationCAM,
    EigenCAM,
    FullGrad,
    GradCAM,
    GradCAMPlusPlus,
    HiResCAM,
    LayerCAM,
    ScoreCAM,
    XGradCAM,
)
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

CLASS = 2
SIZE, CHANNELS = 16, 3


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Conv2d(CHANNELS, 6, 3, padding=1)
        self.relu1 = torch.nn.ReLU()
        self.norm = torch.nn.BatchNorm2d(6, eps=1e-3)
        self.pool = torch.nn.MaxPool2d(2)
        self.second = torch.nn.Conv2d(6, 8, 3, padding=1)
        self.relu2 = torch.nn.ReLU()
        self.third = torch.nn.Conv2d(8, 7, 3, padding=1)
        self.relu3 = torch.nn.ReLU()
        self.dense = torch.nn.Linear(7, 5)

    def forward(self, x):
        x = self.pool(self.norm(self.relu1(self.first(x))))
        x = self.relu3(self.third(self.relu2(self.second(x))))
        return self.dense(x.mean(dim=(2, 3)))


def weights():
    """The network's weights in Fovea's order."""
    shapes = [
        ("kernel", (3, 3, CHANNELS, 6)),
        ("bias", (6,)),
        ("gamma", (6,)),
        ("beta", (6,)),
        ("moving_mean", (6,)),
        ("moving_variance", (6,)),
        ("kernel", (3, 3, 6, 8)),
        ("bias", (8,)),
        ("kernel", (3, 3, 8, 7)),
        ("bias", (7,)),
        ("kernel", (7, 5)),
        ("bias", (5,)),
    ]
    return [
        torch.tensor(shared_numbers.weight_values(i, name, shape), dtype=torch.float32)
        for i, (name, shape) in enumerate(shapes)
    ]


model = Small().eval()
with torch.no_grad():
    w = weights()
    model.first.weight.copy_(w[0].permute(3, 2, 0, 1))
    model.first.bias.copy_(w[1])
    model.norm.weight.copy_(w[2])
    model.norm.bias.copy_(w[3])
    model.norm.running_mean.copy_(w[4])
    model.norm.running_var.copy_(w[5])
    model.second.weight.copy_(w[6].permute(3, 2, 0, 1))
    model.second.bias.copy_(w[7])
    model.third.weight.copy_(w[8].permute(3, 2, 0, 1))
    model.third.bias.copy_(w[9])
    model.dense.weight.copy_(w[10].T)
    model.dense.bias.copy_(w[11])

picture = shared_numbers.uniform(7, (1, SIZE, SIZE, CHANNELS), -1, 1)
x = torch.tensor(picture, dtype=torch.float32).permute(0, 3, 1, 2)


def values(attribution):
    flat = attribution.detach().permute(0, 2, 3, 1).numpy()
    return shared_numbers.rounded(flat / numpy.abs(flat).max())


def scaled_target(output):
    """Scaling adds 1e-7 to what it divides by; FullGrad's parts are small enough for that to show."""
    return 1e5 * output[CLASS]


def cam(kind, layers, target=ClassifierOutputTarget(CLASS)):
    with kind(model=model, target_layers=layers) as method:
        result = method(input_tensor=x, targets=[target])
    return shared_numbers.rounded(result[0])


class OrientedEigenCAM(EigenCAM):
    """Of the two signs that a principal component has, the one whose weights sum to more than 0."""

    def get_cam_image(self, input_tensor, target_layer, category, activations, grads, smooth):
        projection = super().get_cam_image(
            input_tensor, target_layer, category, activations, grads, smooth
        )
        rows = activations[0].reshape(activations.shape[1], -1)
        centred = rows - rows.mean(axis=1, keepdims=True)
        return projection * numpy.sign((centred @ projection[0].ravel()).sum())


last = [model.relu3]
content = {
    "logits": shared_numbers.rounded(model(x).detach().numpy()),
    "maps": {
        "gradCam": cam(GradCAM, last),
        "gradCam, two layers": cam(GradCAM, [model.relu2, model.relu3]),
        "gradCamPlusPlus": cam(GradCAMPlusPlus, last),
        "xGradCam": cam(XGradCAM, last),
        "hiResCam": cam(HiResCAM, last),
        "layerCam": cam(LayerCAM, last),
        "scoreCam": cam(ScoreCAM, last),
        "ablationCam": cam(AblationCAM, last),
        "eigenCam": cam(OrientedEigenCAM, last),
        "fullGrad": cam(FullGrad, [], scaled_target),
    },
    "values": {
        "saliency": values(Saliency(model).attribute(x, target=CLASS, abs=False)),
        "inputTimesGradient": values(InputXGradient(model).attribute(x, target=CLASS)),
        "guidedBackpropagation": values(GuidedBackprop(model).attribute(x, target=CLASS)),
        "integratedGradients": values(
            IntegratedGradients(model).attribute(x, target=CLASS, n_steps=50)
        ),
        "deepLift": values(DeepLift(model).attribute(x, target=CLASS)),
        "occlusion": values(
            Occlusion(model).attribute(
                x, target=CLASS, sliding_window_shapes=(CHANNELS, 5, 5), strides=(CHANNELS, 3, 3)
            )
        ),
    },
}
shared_numbers.write(here / "attributions.json", content)
