"""Writes models that everyday Keras saves and that are odd in one way each, with what they predict:
training that other frameworks have not, layers that Keras calls with `training=True`, half precision,
names outside ASCII. The models go to others.zip, the numbers to predictions-others.json.

    KERAS_BACKEND=tensorflow python test/golden/keras/files/make_others.py
"""

import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np

here = Path(__file__).parent
sys.path.insert(0, str(here.parents[1]))
import shared_numbers  # noqa: E402

COUNT = 3


def fill(model):
    values = [shared_numbers.uniform(1 + i, w.shape, -0.5, 0.5) for i, w in enumerate(model.weights)]
    model.set_weights(values)
    return model


def dense():
    inputs = keras.Input((3,))
    return keras.Sequential([inputs, keras.layers.Dense(2)])


def compiled(optimizer="sgd", loss="mse", **more):
    model = dense()
    model.compile(optimizer, loss, **more)
    model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    return fill(model)


def own(y, p):
    return keras.ops.mean(keras.ops.abs(y - p), axis=-1)


def resized():
    image = keras.Input((4, 6, 1))
    x = keras.layers.Resizing(6, 5)(image)
    x = keras.layers.CenterCrop(3, 4)(x)
    return fill(keras.Model(image, keras.layers.Conv2D(2, 2)(x)))


def augmented():
    image = keras.Input((4, 4, 1))
    x = keras.layers.RandomFlip()(image)
    x = keras.layers.RandomRotation(0.1)(x)
    return fill(keras.Model(image, keras.layers.Conv2D(2, 3)(x)))


def in_policy(policy):
    keras.config.set_dtype_policy(policy)
    first = keras.layers.Dense(4, activation="relu")
    model = fill(keras.Sequential([keras.Input((3,)), first, keras.layers.Dense(2)]))
    keras.config.set_dtype_policy("float32")
    return model


def named(first, second):
    layers = [keras.layers.Dense(4, name=first), keras.layers.Dense(2, name=second)]
    return fill(keras.Sequential([keras.Input((3,)), *layers]))


def outside_ascii():
    return named("größe", "結果")


def lambda_layer():
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2, name="twice")(inputs))


optimizers = keras.optimizers
models = {
    "ftrl.keras": lambda: compiled(optimizers.Ftrl()),
    "adafactor.keras": lambda: compiled(optimizers.Adafactor()),
    "muon.keras": lambda: compiled(optimizers.Muon()),
    "loss-scale.keras": lambda: compiled(optimizers.Adam(loss_scale_factor=2.0)),
    "wrapped-optimizer.keras": lambda: compiled(optimizers.LossScaleOptimizer(optimizers.Adam())),
    "own-loss.keras": lambda: compiled(loss=own),
    "own-loss.h5": lambda: compiled(loss=own),
    "own-metric.keras": lambda: compiled(metrics=[own, "mae"]),
    "functions.keras": lambda: compiled(
        loss=keras.losses.mean_absolute_error, metrics=[keras.metrics.mean_squared_error]
    ),
    "wrapper.h5": lambda: compiled(
        metrics=[keras.metrics.MeanMetricWrapper(keras.losses.mean_squared_error, name="w")]
    ),
    "overlap.keras": lambda: compiled(metrics=[keras.metrics.IoU(2, [0])]),
    "words.keras": lambda: compiled(metrics=["mae", "MSE", "acc"]),
    "resized.keras": resized,
    "augmented.keras": augmented,
    "half.keras": lambda: in_policy("float16"),
    "half.h5": lambda: in_policy("float16"),
    "mixed.keras": lambda: in_policy("mixed_float16"),
    "outside-ascii.h5": outside_ascii,
    "lambda.keras": lambda_layer,
}

expected = {}
with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(
    here / "others.zip", "w", zipfile.ZIP_DEFLATED
) as archive:
    for name, make in models.items():
        keras.utils.clear_session()
        model = make()
        path = os.path.join(folder, name)
        model.save(path)
        archive.write(path, name)
        x = shared_numbers.uniform(7, (COUNT, *model.input_shape[1:]), -1, 1)
        # TensorFlow runs no layers of such names; others with the same weights give the numbers.
        if name == "outside-ascii.h5":
            model = named("a", "b")
        found = np.asarray(model.predict(x, verbose=0), "float64").ravel()
        expected[name] = [float(f"{value:.8g}") for value in found]

text = json.dumps({"keras": keras.__version__, "predictions": expected}, indent=1)
(here / "predictions-others.json").write_text(text + "\n")
