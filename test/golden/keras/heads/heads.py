"""Models whose inputs or outputs are records that are not sorted, which Keras takes by their sorted keys.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu h5py
    KERAS_BACKEND=tensorflow venv/bin/python heads.py
    npx tsx heads.ts <folder> && KERAS_BACKEND=tensorflow venv/bin/python heads.py <folder>

The first makes the files of this folder, and predictions.json, for keras-heads.test.ts; the second loads
in Keras what heads.ts wrote, and keeps the outcome in checked.json.
"""

import json
import pathlib
import sys

import keras
import numpy
from keras import layers

here = pathlib.Path(__file__).resolve().parent

X = numpy.array([[1, 2], [3, -1], [0.5, 0.25]], dtype="float32")
Z = numpy.array([[1, 0, 2], [-1, 1, 0], [2, 2, -2]], dtype="float32")


def dense(value):
    return layers.Dense(1, kernel_initializer=keras.initializers.Constant(value))


def heads():
    """Trained for two steps, so that what the optimizer remembers has its order as well."""
    x = keras.Input((2,))
    model = keras.Model(x, {"kind": dense(1)(x), "age": dense(10)(x)}, name="heads")
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss={"kind": "mse", "age": "mae"},
        loss_weights={"kind": 2, "age": 0.5},
        metrics={"kind": ["mae"], "age": ["mse"]},
    )
    train(model)
    return model, X


def train(model):
    answers = {"kind": X[:, :1], "age": X[:, 1:]}
    model.fit(X, answers, epochs=2, batch_size=3, shuffle=False, verbose=0)


def nested():
    x = keras.Input((2,))
    inner = keras.Model(x, {"kind": dense(1)(x), "age": dense(10)(x)}, name="inner")
    y = keras.Input((2,))
    found = inner(y)
    difference = layers.Subtract()([found["kind"], found["age"]])
    return keras.Model(y, {"minus": difference, "age": found["age"]}, name="nested"), X


def inputs():
    x = {"second": keras.Input((2,), name="a"), "first": keras.Input((3,), name="b")}
    y = layers.Concatenate()([dense(1)(x["second"]), dense(10)(x["first"])])
    return keras.Model(x, y, name="inputs"), {"second": X, "first": Z}


def plain(found):
    results = found if isinstance(found, dict) else {"": found}
    return {name: numpy.asarray(value).ravel().tolist() for name, value in results.items()}


def make():
    predictions = {}
    for build in (heads, nested, inputs):
        model, x = build()
        name = build.__name__
        for ending in (".keras", ".h5"):
            model.save(here / (name + ending))
        predictions[name] = {
            "layers": [layer.name for layer in model.layers],
            "predictions": plain(model(x)),
        }
        if model.compiled:
            train(model)
            predictions[name]["later"] = plain(model(x))
    (here / "predictions.json").write_text(json.dumps(predictions, indent=1) + "\n")


def check(folder):
    result = {"keras": keras.__version__, "worst": {}}
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        model = keras.saving.load_model(folder / name)
        found = plain(model(X))
        assert found.keys() == expected.keys(), (name, found)
        result["worst"][name] = max(
            float(numpy.abs(numpy.subtract(found[head], expected[head])).max()) for head in found
        )
        # A compiled model of an .h5 file cannot be trained on in Keras 3.15, its own no better.
        if model.compiled and name.endswith(".keras"):
            answers = {head: X[:, :1] for head in found}
            model.train_on_batch(X, answers)
    (here / "checked.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


if len(sys.argv) > 1:
    check(pathlib.Path(sys.argv[1]))
else:
    make()
