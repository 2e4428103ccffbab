"""Makes corners.json, the fixtures of keras-corners.test.ts, with Keras 3.15 on TensorFlow 2.21: results
and slopes where activations and layers have a corner.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    venv/bin/python make_corners.py

celu is left out: at 0 Keras adds up the slopes of both its halves, and gives 2.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import tensorflow

here = pathlib.Path(__file__).resolve().parent

ACTIVATIONS = {
    "relu": ("relu", [0]),
    "relu6": ("relu6", [0, 6]),
    "leakyRelu": ("leaky_relu", [0]),
    "elu": ("elu", [0]),
    "selu": ("selu", [0]),
    "hardSigmoid": ("hard_sigmoid", [-3, 3]),
    "hardSilu": ("hard_silu", [-3, 3]),
    "hardTanh": ("hard_tanh", [-1, 1]),
    "softShrink": ("soft_shrink", [-0.5, 0.5]),
    "hardShrink": ("hard_shrink", [-0.5, 0.5]),
    "sparsePlus": ("sparse_plus", [-1, 1]),
    "sparseSigmoid": ("sparse_sigmoid", [-1, 1]),
    "softsign": ("softsign", [0]),
    "squareplus": ("squareplus", [0]),
}

RELU = ("maxValue", "negativeSlope", "threshold")
LAYERS = [
    ("relu", {}, [0]),
    ("relu", {"maxValue": 2}, [0, 2]),
    ("relu", {"maxValue": 6}, [0, 6]),
    ("relu", {"negativeSlope": 0.25}, [0]),
    ("relu", {"threshold": 0.5}, [0.5]),
    ("relu", {"maxValue": 6, "threshold": 0.5}, [0.5, 6]),
    ("relu", {"maxValue": 2, "negativeSlope": 0.25, "threshold": 1}, [1, 2]),
    ("relu", {"maxValue": 6, "negativeSlope": 0.25}, [0, 6]),
    ("leakyRelu", {"negativeSlope": 0.25}, [0]),
    ("elu", {"alpha": 0.5}, [0]),
    ("prelu", {}, [0]),
]
CLASSES = {"relu": "ReLU", "leakyRelu": "LeakyReLU", "elu": "ELU", "prelu": "PReLU"}
NAMES = {"maxValue": "max_value", "negativeSlope": "negative_slope", "threshold": "threshold", "alpha": "alpha"}


def at(function, places):
    x = tensorflow.Variable([[float(place)] for place in places])
    with tensorflow.GradientTape() as tape:
        y = function(x)
        total = tensorflow.reduce_sum(y)
    numbers = lambda tensor: [float(value) + 0.0 for value in tensor.numpy().ravel()]
    return {"x": places, "results": numbers(y), "slopes": numbers(tape.gradient(total, x))}


def pair(function):
    a, b = tensorflow.Variable([[1.0]]), tensorflow.Variable([[1.0]])
    with tensorflow.GradientTape() as tape:
        total = tensorflow.reduce_sum(function([a, b]))
    return [float(slope.numpy().ravel()[0]) for slope in tape.gradient(total, [a, b])]


activations = {
    name: at(getattr(keras.activations, theirs), places)
    for name, (theirs, places) in ACTIVATIONS.items()
}
layers = [
    {
        "kind": kind,
        "options": options,
        **at(getattr(keras.layers, CLASSES[kind])(**{NAMES[k]: v for k, v in options.items()}), places),
    }
    for kind, options, places in LAYERS
]
ties = {"maximum": pair(keras.layers.Maximum()), "minimum": pair(keras.layers.Minimum())}
fixtures = {"activations": activations, "layers": layers, "ties": ties, "absolute": at(keras.ops.abs, [0])}
(here / "corners.json").write_text(json.dumps(fixtures, indent=1) + "\n")
