"""Makes augmentation.json, the fixtures of keras-augmentation.test.ts, with Keras 3.15 on TensorFlow 2.21.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    venv/bin/python make_augmentation.py

Inputs and random draws come from shared_numbers.py: the n-th draw of a layer is that of stream 20 + n, so
both sides have the same factors, and a fixture holds results only. Everything is computed in f32, because
what is cut off to whole numbers depends on it.
"""

import os
import pathlib
import re
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy
import tensorflow
from keras.src.backend.tensorflow import random

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

BATCH = 2
FIRST_DRAW = 20
BYTES = (-20, 275)
UNIT = (-0.1, 1.1)


def case(kind, shape, span=BYTES, whole=False, first=FIRST_DRAW, **options):
    """`whole`: pixels are whole numbers from 0 to 255, as decoders give them; `first`: the first draw's stream."""
    return {
        "kind": kind,
        "inputShape": shape,
        "range": list(span),
        "whole": whole,
        "firstDraw": first,
        "options": options,
    }


def choosing(number, choices=11):
    """The first stream from which a layer that draws a choice first takes this one."""
    return next(
        stream
        for stream in range(FIRST_DRAW, 1000)
        if int(choices * shared_numbers.uniform(stream, [1], 0, 1)[0]) == number
    )


IMAGE = [4, 5, 3]
CASES = [
    case("randomBrightness", IMAGE, factor=0.4),
    case("randomBrightness", IMAGE, UNIT, factor=[-0.2, 0.9], valueRange=[0, 1]),
    case("randomContrast", IMAGE, factor=0.6),
    case("randomContrast", [4, 5, 1], UNIT, factor=[0.3, 0.9], valueRange=[0, 1]),
    case("randomHue", IMAGE, (0, 255), factor=0.7),
    case("randomHue", IMAGE, (0, 1), factor=[0.4, 1], valueRange=[0, 1]),
    case("randomSaturation", IMAGE, (0, 255), factor=0.8),
    case("randomSaturation", IMAGE, (0, 1), factor=[0.3, 0.9], valueRange=[0, 1]),
    case("randomSaturation", IMAGE, (0, 255), whole=True, factor=[0.6, 0.9]),
    case("randomGrayscale", IMAGE),
    case("randomGrayscale", IMAGE, factor=0.9),
    case("randomGrayscale", [3, 4, 1], factor=0.9),
    case("randomColorDegeneration", IMAGE, factor=0.8),
    case("randomColorDegeneration", IMAGE, UNIT, factor=[0.2, 0.7], valueRange=[0, 1]),
    case("randomSharpness", IMAGE, factor=0.9),
    case("randomSharpness", [6, 4, 2], UNIT, factor=[0.3, 1], valueRange=[0, 1]),
    case("randomGaussianBlur", IMAGE),
    case("randomGaussianBlur", [6, 7, 2], factor=[0.9, 1], kernelSize=5, sigma=[0.3, 2]),
    case("randomGaussianBlur", [6, 7, 1], UNIT, factor=[1, 1], valueRange=[0, 1]),
    case("randomInvert", IMAGE),
    case("randomInvert", IMAGE, UNIT, factor=[0.5, 1], valueRange=[0, 1]),
    case("randomPosterization", IMAGE, (0, 255), whole=True, factor=3),
    case("randomPosterization", IMAGE, (0, 255), whole=True, factor=[2, 8]),
    case("randomPosterization", IMAGE, (0, 1), factor=[5, 5], valueRange=[0, 1]),
    case("solarization", IMAGE),
    case("solarization", IMAGE, additionFactor=0.3, thresholdFactor=[0.2, 0.8]),
    case("solarization", IMAGE, UNIT, thresholdFactor=0.7, valueRange=[0, 1]),
    case("randomErasing", [6, 7, 3], (0, 255)),
    case("randomErasing", [6, 7, 3], (0, 255), factor=[1, 1], scale=[0.2, 0.6], fillValue=[10, 300, 70]),
    case("randomErasing", [9, 8, 1], (0, 1), factor=[0.8, 1], fillValue=0.5, valueRange=[0, 1]),
    case("randomColorJitter", IMAGE, contrastFactor=0.3),
    case("randomColorJitter", IMAGE, (0, 1), brightnessFactor=0.2, contrastFactor=[0.2, 0.4],
         saturationFactor=[0.3, 0.6], hueFactor=0.4, valueRange=[0, 1]),
    *(case("randAugment", [5, 4, 3], (0, 255), whole=True, first=choosing(number), numOps=1, factor=0.4)
      for number in range(11)),
    case("randAugment", [5, 4, 1], (0, 1), first=choosing(1), numOps=2, valueRange=[0, 1]),
    case("equalization", [6, 7, 3], (0, 255), whole=True),
    case("equalization", [9, 8, 1], (40, 90), whole=True, bins=64),
    case("equalization", [5, 7, 2], (0, 1), valueRange=[0, 1]),
    case("equalization", [3, 2, 1], (7, 8), whole=True),
    case("autoContrast", IMAGE, (30, 200)),
    case("autoContrast", [4, 3, 2], (0.2, 0.4), valueRange=[0, 1]),
    case("autoContrast", [4, 3, 2], (7, 8), whole=True),
    case("cLAHE", [16, 12, 1], (0, 255), whole=True),
    case("cLAHE", [11, 13, 2], (60, 160), whole=True, clipLimit=2, tileGridSize=[3, 4]),
    case("cLAHE", [12, 10, 1], (0, 1), clipLimit=0, tileGridSize=[2, 5], valueRange=[0, 1]),
]

CLASSES = {"cLAHE": "ContrastLimitedAdaptiveHistogramEqualization"}


def snake(name):
    return re.sub("(?<=[a-z])([A-Z])", lambda match: "_" + match[1].lower(), name)


def keras_layer(kind, options):
    name = CLASSES.get(kind, kind[0].upper() + kind[1:])
    named = {
        snake(option): tuple(value) if isinstance(value, list) else value
        for option, value in options.items()
    }
    return getattr(keras.layers, name)(**named)


draws = 0
first_draw = FIRST_DRAW


def numbers(shape):
    """The next draw, from 0 to 1."""
    global draws
    draws += 1
    sizes = [int(size) for size in shape]
    return shared_numbers.uniform(first_draw + draws - 1, sizes, 0, 1).astype(numpy.float32)


def draw_from_shared_numbers():
    def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        low, high = numpy.float32(minval), numpy.float32(maxval)
        return tensorflow.constant(low + numbers(shape) * (high - low))

    def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        return tensorflow.constant(numpy.float32(mean) + stddev * (4 * numbers(shape) - 2))

    def randint(shape, minval, maxval, dtype="int32", seed=None):
        return tensorflow.cast(numpy.floor(minval + numbers(shape) * (maxval - minval)), dtype)

    random.uniform = uniform
    random.normal = normal
    random.randint = randint


def pixels(spec):
    x = shared_numbers.uniform(1, [BATCH, *spec["inputShape"]], *spec["range"])
    return numpy.float32(numpy.floor(x) if spec["whole"] else x)


def applies(x, training, inference):
    """Whether the layer does the same outside of training; else it does nothing there."""
    if numpy.array_equal(inference, x):
        return False
    numpy.testing.assert_array_equal(inference, training)
    return True


def result(spec):
    global draws, first_draw
    one = keras_layer(spec["kind"], spec["options"])
    x = tensorflow.constant(pixels(spec))
    draws, first_draw = 0, spec["firstDraw"]
    training = one(x, training=True)
    inference = one(x, training=False)
    return {
        **spec,
        "className": type(one).__name__,
        "results": shared_numbers.rounded(training),
        "isAlways": applies(x, training, inference),
    }


def mixed(kind):
    """What a mixing layer makes of images and labels, for a given order, and shares and places of its own."""
    shape = [3, 5, 6, 2]
    x = numpy.float32(shared_numbers.uniform(1, shape, 0, 255))
    labels = numpy.float32(numpy.eye(4)[[0, 3, 1]])
    shares = numpy.float32(shared_numbers.uniform(2, [3], 0, 1))
    order = numpy.array([2, 0, 1], dtype="int32")
    one = keras_layer(kind, {})
    factors = {"mix_weight": shares, "permutation_order": order}
    if kind == "cutMix":
        global draws, first_draw
        draws, first_draw = 0, FIRST_DRAW
        columns = one._compute_crop_bounds(3, shape[2], numpy.sqrt(1 - shares), None)
        rows = one._compute_crop_bounds(3, shape[1], numpy.sqrt(1 - shares), None)
        masks, weight = one._generate_batch_mask(shape, (*columns, *rows))
        factors = {"mix_weight": weight, "batch_masks": masks, "permutation_order": order}
    return {
        "images": shared_numbers.rounded(one.transform_images(tensorflow.constant(x), factors)),
        "labels": shared_numbers.rounded(one.transform_labels(tensorflow.constant(labels), factors)),
    }


draw_from_shared_numbers()
layers = {f"{i}": result(spec) for i, spec in enumerate(CASES)}
shared_numbers.write(here / "augmentation.json", {"layers": layers, "mixing": {kind: mixed(kind) for kind in ("mixUp", "cutMix")}})
