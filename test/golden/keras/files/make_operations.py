"""Makes operations.keras, operations.h5 and operations.json for keras-operations.test.ts with Keras 3.15.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu h5py
    KERAS_BACKEND=tensorflow venv/bin/python make_operations.py

A model with operators and functions between its layers, layers as activations of others, and the layers
that only keras.applications has. Keras 3.15 does not read back the .h5 file itself.
"""

import pathlib
import sys

import keras
import numpy
from keras import layers, ops
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent.parent))
import shared_numbers  # noqa: E402

COUNT = 3


def hard_swish(x):
    return x * (ops.relu6(x + 3.0) * (1.0 / 6.0))


def squeeze_excite(x):
    pooled = ops.mean(x, axis=[1, 2], keepdims=True)
    small = layers.Conv2D(2, 1, activation="relu")(pooled)
    return layers.Multiply()([x, layers.Conv2D(4, 1, activation="hard_sigmoid")(small)])


def model():
    image = keras.Input((8, 8, 3), name="image")
    x = layers.Normalization(mean=[0.4, 0.5, 0.1], variance=[0.2, 0.3, 0.25])(image)
    x = layers.Conv2D(4, 3, padding="same", activation=layers.LeakyReLU(negative_slope=0.1))(x)
    x = squeeze_excite(hard_swish(x))
    x = CustomScaleLayer(0.17)([x, StochasticDepth(0.1)(LayerScale(0.3, 4)(x))])
    even, odd = x[:, ::2, ::2], x[:, 1::2, 1::2]
    x = ops.maximum(1 - even, -odd) / 2.0 + even**2
    first, second, third = ops.split(x, [1, 3], axis=-1)
    x = ops.concatenate([third, ops.abs(first), ops.clip(second, -0.5, 0.5)], axis=-1)
    x = ops.pad(x, [[0, 0], [1, 1], [0, 1], [0, 0]], constant_values=0.25)
    x = ops.where(x > 0.1, x, x * numpy.array([0.1, 0.2, 0.3, 0.4], "float32"))
    x = ops.stack([x, ops.sqrt(ops.square(x) + 1.0)], axis=1)
    x = ops.squeeze(ops.transpose(x, (0, 2, 3, 4, 1))[..., :1], axis=-1)
    x = keras.activations.relu(x, negative_slope=0.2, max_value=2.0)
    rows = ops.reshape(x, (-1, 30, 4))
    cosine = layers.Dot(axes=2, normalize=True)([rows, rows[:, :3]])
    steps = layers.SeparableConv1D(3, 3, activation=layers.ELU(alpha=0.5))(rows)
    steps = ops.softmax(ops.exp(steps), axis=-1)
    parts = [layers.Flatten()(cosine), ops.max(steps, axis=1), ops.sum(x, axis=(1, 2))]
    joined = layers.Concatenate()(parts)
    return keras.Model(image, layers.Dense(3, activation="softmax")(joined), name="operations")


def main():
    made = model()
    for i, variable in enumerate(made.weights):
        variable.assign(shared_numbers.uniform(100 + i, variable.shape, -0.5, 0.5))
    x = shared_numbers.uniform(7, (COUNT, *made.inputs[0].shape[1:]), -1, 1)
    made.save(here / "operations.keras")
    made.save(here / "operations.h5")
    fixture = {
        "parameters": made.count_params(),
        "predictions": shared_numbers.rounded(made.predict(x, verbose=0)),
    }
    shared_numbers.write(here / "operations.json", fixture)


main()
