"""Networks of PyTorch with their weights and results: python make.py (needs torch and safetensors).

Each has layers of another layout. Numbers are small multiples of 1/64, so that files stay small and sums nearly exact.
"""

import json
import os

import torch
from safetensors.torch import save_file
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))


def fill(module):
    """Weights that tell every place apart."""
    count = 0
    for name, value in module.state_dict().items():
        if value.dtype != torch.float32:
            continue
        numbers = torch.arange(count, count + value.numel(), dtype=torch.float32)
        numbers = (numbers * 37 % 41 - 20) / 64
        if name.endswith("running_var"):
            numbers = numbers.abs() + 0.5
        value.copy_(numbers.reshape(value.shape))
        count += value.numel()
    return module.eval()


class Branched(nn.Module):
    """Names of modules as torchvision's, a shortcut, groups, one kernel a channel, a transposed convolution."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 16, 3, padding=1, groups=8)
        self.grouped = nn.Conv2d(16, 8, 3, padding=1, groups=2)
        self.downsample = nn.Sequential(nn.Conv2d(8, 8, 1, bias=False), nn.BatchNorm2d(8))
        self.prelu = nn.PReLU(8)
        self.norm = nn.GroupNorm(2, 8, eps=1e-5)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.fc = nn.Linear(4 * 8 * 8, 5)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        y = self.grouped(self.depthwise(x)) + self.downsample(x)
        y = self.up(self.norm(self.prelu(y)))
        return self.fc(torch.flatten(y, 1))


row = nn.Sequential(
    nn.Conv2d(1, 4, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.BatchNorm1d(36),
    nn.Linear(36, 6),
    nn.ReLU(),
    nn.Linear(6, 3),
)


def results(module, shape):
    x = torch.arange(int(torch.tensor(shape).prod()), dtype=torch.float32)
    x = (x * 29 % 31 - 15) / 16
    with torch.no_grad():
        return module(x.reshape(shape)).flatten().tolist()


branched = fill(Branched())
fill(row)
torch.save(branched.state_dict(), os.path.join(here, "branched.pth"))
torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in branched.state_dict().items()}},
           os.path.join(here, "branched-checkpoint.pth"), _use_new_zipfile_serialization=False)
save_file(branched.state_dict(), os.path.join(here, "branched.safetensors"))
torch.save(row.state_dict(), os.path.join(here, "row.pth"))
golden = {"branched": results(branched, (2, 3, 8, 8)), "row": results(row, (2, 1, 8, 8))}
with open(os.path.join(here, "results.json"), "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")
