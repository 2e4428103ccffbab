"""Writes the golden files of this folder with the reference implementation of safetensors.

    pip install safetensors==0.8.0 numpy==2.4.6 ml_dtypes==0.6.0
    python make.py            # writes every-dtype.safetensors, every-dtype.json, written.safetensors
    python make.py check FILE # proves that the reference reads FILE, written by Fovea, as expected

`every-dtype` is what Fovea must read. `written.safetensors` is what Fovea must write, byte for byte.
"""

import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

here = Path(__file__).parent

halves = [0.0, -0.0, 1.0, -1.5, 65504.0, 2**-14, 2**-24, np.inf, -np.inf, np.nan, 1 / 3]

every_dtype = {
    "float32": np.array([[1.5, -2.25, 3.0], [np.inf, np.nan, 1e-45]], np.float32),
    "float64": np.array([np.pi, -1e30, 1e-300, np.inf], np.float64),
    "float16": np.array(halves, np.float16),
    "bfloat16": np.array([0, 1, -2.5, 3.3e38, np.inf, np.nan, 1 / 3], ml_dtypes.bfloat16),
    "int64": np.array([[0, -1], [2**31 - 1, -(2**31)]], np.int64),
    "int32": np.array([0, -1, 2**31 - 1, -(2**31)], np.int32),
    "uint8": np.array([0, 1, 127, 128, 255], np.uint8),
    "scalar": np.array(42.5, np.float32),
    "scalar/int64": np.array(-7, np.int64),
    "empty": np.zeros((0, 3), np.float32),
    "empty/uint8": np.zeros((2, 0), np.uint8),
    'name "quoted" \u00e9\U0001f436': np.array([1], np.uint8),
}

written = {
    "b/kernel": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
    "a/kernel": np.array([[[[-0.5]]]], np.float32),
    "step": np.array(1234, np.int32),
    "image": np.arange(5, dtype=np.uint8),
    "nothing": np.zeros((0,), np.float32),
    'name "quoted" \u00e9\U0001f436\n': np.array([1, 2, 3], np.uint8),
}
written_metadata = {"fovea": '{"layers":["conv2d"],"text":"\u00fc \\ \u2028"}'}


def value(number):
    number = float(number)
    return number if np.isfinite(number) else str(number)


def make():
    save_file(every_dtype, here / "every-dtype.safetensors", metadata={"made by": "safetensors 0.8.0"})
    expected = {
        name: {"shape": list(array.shape), "values": [value(x) for x in array.astype(np.float64).flat]}
        for name, array in every_dtype.items()
    }
    (here / "every-dtype.json").write_text(json.dumps(expected, indent=1) + "\n")
    save_file(written, here / "written.safetensors", metadata=written_metadata)


def check(path):
    with safe_open(path, "numpy") as file:
        assert file.metadata() == written_metadata, file.metadata()
        assert set(file.keys()) == set(written), file.keys()
        for name, array in written.items():
            read = file.get_tensor(name)
            assert read.dtype == array.dtype and read.shape == array.shape, name
            assert np.array_equal(read, array), name
    print(f"{path}: read as expected")


if len(sys.argv) == 3 and sys.argv[1] == "check":
    check(sys.argv[2])
else:
    make()
