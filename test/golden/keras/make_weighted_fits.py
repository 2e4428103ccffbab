"""Makes weighted-fits.json of weighted-fits.test.ts with Keras 3.15 on TensorFlow, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    venv/bin/python make_weighted_fits.py

Examples and first weights come from shared_numbers.py, so a fixture holds answers of Keras only.
"""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded

EXAMPLES = 22
SHAPE = [4, 3, 2]
CLASSES = 3
CLASS_WEIGHTS = {0: 0.5, 2: 3.0}  # a class that is left out weighs 1

CASES = {
    "class weights, class numbers": {"targets": "classes", "weigh": "classes"},
    "class weights, one-hot rows": {"targets": "hot", "weigh": "classes"},
    "sample weights": {"targets": "classes", "weigh": "samples"},
    "sample weights, summed": {"targets": "hot", "weigh": "samples", "reduction": "sum"},
    "sample weights, over their sum": {
        "targets": "hot",
        "weigh": "samples",
        "reduction": "mean_with_sample_weight",
    },
    "a mask": {"targets": "classes", "weigh": "samples", "ignore": 1},
}


def model_of():
    model = keras.Sequential(
        [
            keras.layers.Input(SHAPE),
            keras.layers.Conv2D(4, 2, activation="tanh"),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    index = 0
    for one in model.layers:
        for weight in one.weights:
            weight.assign(shared_numbers.weight_values(index, weight.name, list(weight.shape)))
            index += 1
    return model


def fit(spec):
    x = shared_numbers.uniform(1, [EXAMPLES, *SHAPE], -1, 1)
    labels = shared_numbers.classes(2, EXAMPLES, CLASSES)
    sparse = spec["targets"] == "classes"
    y = labels if sparse else numpy.eye(CLASSES)[labels]
    weights = shared_numbers.uniform(3, [EXAMPLES], 0.25, 2)
    options = {"reduction": spec.get("reduction", "sum_over_batch_size")}
    if "ignore" in spec:
        options["ignore_class"] = spec["ignore"]
    make = keras.losses.SparseCategoricalCrossentropy if sparse else keras.losses.CategoricalCrossentropy
    model = model_of()
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss=make(**options),
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    )
    given = {"class_weight": CLASS_WEIGHTS} if spec["weigh"] == "classes" else {"sample_weight": weights}
    history = model.fit(
        x, y, batch_size=5, epochs=2, shuffle=False, verbose=0, validation_split=0.25, **given
    )
    evaluated = model.evaluate(
        x, y, sample_weight=weights, batch_size=8, verbose=0, return_dict=True
    )
    names = [f"{one.name}/{weight.name}" for one in model.layers for weight in one.weights]
    values = [weight for one in model.layers for weight in one.get_weights()]
    first = {"conv2d": None, "dense": None}
    plain = lambda name: "/".join([next(key for key in first if name.startswith(key)), name.split("/")[1]])
    return {
        **spec,
        "history": {name: rounded(values) for name, values in sorted(history.history.items())},
        "evaluated": {name: rounded([value])[0] for name, value in sorted(evaluated.items())},
        "weights": {plain(name): rounded(value) for name, value in zip(names, values)},
    }


shared_numbers.write(here / "weighted-fits.json", {name: fit(spec) for name, spec in CASES.items()})
