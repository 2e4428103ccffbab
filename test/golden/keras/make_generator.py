"""Makes generator.json, the fixtures of keras-generator.test.ts, with the ImageDataGenerator of Keras 3.15.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0 scipy pillow
    venv/bin/python make_generator.py

Images come from shared_numbers.py, so a fixture holds results only. They are square: on others Keras turns
around a point that is not the middle.
"""

import json
import os
import pathlib
import sys
import types

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy
import scipy.ndimage

# Newer versions of SciPy have the function in one place only.
scipy.ndimage.interpolation = types.SimpleNamespace(
    affine_transform=scipy.ndimage.affine_transform
)

from keras.src.legacy.preprocessing.image import ImageDataGenerator  # noqa: E402

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

SIDE = 7
CHANNELS = 3

TRANSFORMS = [
    ({}, {}),
    ({"theta": 25}, {}),
    ({"tx": 1.5, "ty": -0.75}, {"fillMode": "reflect"}),
    ({"shear": 20}, {}),
    ({"zx": 1.3, "zy": 0.8}, {"fillMode": "reflect"}),
    ({"theta": -40, "tx": 0.5, "ty": 1.2, "shear": 10, "zx": 0.9, "zy": 1.2}, {}),
    ({"theta": 30, "flipHorizontal": True, "tx": 1.25}, {}),
    ({"theta": 30, "flipVertical": True, "flipHorizontal": True}, {"interpolationOrder": 0}),
    ({"channelShiftIntensity": 40, "theta": 10}, {}),
    ({"channelShiftIntensity": -60}, {}),
    ({"brightness": 1.4}, {}),
    ({"brightness": 0.3, "flipHorizontal": True}, {}),
]

STANDARDS = [
    {},
    {"rescale": 1 / 255},
    {"samplewiseCenter": True},
    {"samplewiseStdNormalization": True, "rescale": 0.5},
    {"featurewiseCenter": True},
    {"featurewiseStdNormalization": True, "rescale": 1 / 255},
    {"featurewiseCenter": True, "samplewiseCenter": True},
]

WHITENINGS = [{"count": 20, "side": 3}, {"count": 5, "side": 4}]


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def pythonic(options):
    return {snake(name): value for name, value in options.items()}


def images(stream, count, side, channels):
    shape = [count, side, side, channels]
    return numpy.array(shared_numbers.uniform(stream, shape, 0, 255), "float32").reshape(shape)


def flat(values):
    return [round(float(value), 5) for value in numpy.asarray(values).reshape(-1)]


image = images(1, 1, SIDE, CHANNELS)[0]
transforms = [
    {
        "parameters": parameters,
        "options": options,
        "result": flat(
            ImageDataGenerator(**pythonic(options)).apply_transform(
                image.copy(), pythonic(parameters)
            )
        ),
    }
    for parameters, options in TRANSFORMS
]
standards = []
for options in STANDARDS:
    generator = ImageDataGenerator(**pythonic(options))
    generator.fit(images(2, 6, SIDE, CHANNELS))
    standards.append({"options": options, "result": flat(generator.standardize(image.copy()))})
whitenings = []
for spec in WHITENINGS:
    generator = ImageDataGenerator(zca_whitening=True, zca_epsilon=1e-3)
    examples = images(3, spec["count"], spec["side"], 1) / 255
    generator.fit(examples)
    whitenings.append({**spec, "result": flat(generator.standardize(examples[0].copy()))})

fixtures = {"transforms": transforms, "standards": standards, "whitenings": whitenings}
parts = [
    f'"{name}": [\n' + ",\n".join(json.dumps(one, separators=(",", ":")) for one in all) + "\n]"
    for name, all in fixtures.items()
]
(here / "generator.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
