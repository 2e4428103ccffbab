"""Files that torch.save writes: python make.py (needs torch).

The same content as a zip archive and in the form before version 1.6, and what must be refused. values.json has what a
reader should find: dtype, shape and numbers of each tensor.
"""

import argparse
import collections
import json
import os

import torch

here = os.path.dirname(os.path.abspath(__file__))

base = torch.arange(24, dtype=torch.float32) / 8
tensors = {
    "float32": base.reshape(2, 3, 4),
    "float64": torch.tensor([0.1, -2.5, 1e30], dtype=torch.float64),
    "float16": torch.tensor([0.1, -65504.0, float("inf")], dtype=torch.float16),
    "bfloat16": torch.tensor([0.1, -3e38, 1.5], dtype=torch.bfloat16),
    "int64": torch.tensor([-(2**31), 2**31 - 1, 7]),
    "int32": torch.tensor([[1], [-2]], dtype=torch.int32),
    "int16": torch.tensor([-32768, 32767], dtype=torch.int16),
    "int8": torch.tensor([-128, 127], dtype=torch.int8),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "scalar": torch.tensor(3.5),
    "empty": torch.zeros(0, 4),
    # Three views of one storage: turned, every second column, and one number shown six times.
    "turned": base.reshape(2, 3, 4).permute(2, 0, 1),
    "stepped": base.reshape(2, 3, 4)[1:, :, ::2],
    "expanded": base[5:6].reshape(1, 1).expand(2, 3),
    "channelsLast": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
}


def value_of(tensor):
    numbers = tensor.flatten().tolist()
    shown = [str(n) if n in (float("inf"), float("-inf")) else (int(n) if isinstance(n, bool) else n) for n in numbers]
    return {"dtype": str(tensor.dtype), "shape": list(tensor.shape), "values": shown}


content = collections.OrderedDict(tensors)
content._metadata = collections.OrderedDict({"": {"version": 1}})
checkpoint = {
    "epoch": 7,
    "best": 0.75,
    "name": "größe",
    "big": 2**70,
    "done": False,
    "none": None,
    "history": [1, 2.5, (3, "x")],
    "size": torch.Size([2, 3]),
    "state_dict": content,
    "parameter": torch.nn.Parameter(torch.ones(2)),
}


def save(value, name, **options):
    torch.save(value, os.path.join(here, name), **options)


save(checkpoint, "checkpoint.pth")
save(checkpoint, "checkpoint-old.pth", _use_new_zipfile_serialization=False)
save({"a": torch.tensor([1, 40000], dtype=torch.uint16)}, "uint16.pth")
save({"args": argparse.Namespace(lr=0.1), "state_dict": content}, "foreign.pth")
save(torch.nn.Linear(2, 3), "module.pth")
save(torch.nn.Linear(2, 3), "module-old.pth", _use_new_zipfile_serialization=False)
save({"c": torch.ones(2, dtype=torch.complex64)}, "complex.pth")

with open(os.path.join(here, "values.json"), "w") as file:
    json.dump({name: value_of(tensor) for name, tensor in tensors.items()}, file, indent=1)
    file.write("\n")
