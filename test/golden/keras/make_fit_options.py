"""Makes fit-options.json of fit-options.test.ts with Keras 3.15 on TensorFlow, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    venv/bin/python make_fit_options.py

Examples and first weights come from shared_numbers.py, so a fixture holds answers of Keras only.
"""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded

EXAMPLES = 22
FEATURES = 4
CLASSES = 3

CASES = {
    "steps of an epoch, which goes on where the last one ended": {"steps_per_epoch": 2, "epochs": 5},
    "more steps than there are": {"steps_per_epoch": 9, "epochs": 2},
    "epochs that count as done": {"initial_epoch": 2, "epochs": 4},
    "no epoch left": {"initial_epoch": 2, "epochs": 2},
    "validation every second epoch": {"validation_freq": 2, "epochs": 5},
    "validation after some epochs": {"validation_freq": [1, 4], "epochs": 4},
    "steps of a validation": {"validation_steps": 2, "epochs": 2},
    "more steps of a validation than there are": {"validation_steps": 9, "epochs": 2},
    "all of them": {
        "steps_per_epoch": 3,
        "initial_epoch": 1,
        "epochs": 5,
        "validation_freq": 2,
        "validation_steps": 1,
    },
}


def model_of():
    model = keras.Sequential(
        [
            keras.layers.Input([FEATURES]),
            keras.layers.Dense(5, activation="tanh"),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    index = 0
    for one in model.layers:
        for weight in one.weights:
            weight.assign(shared_numbers.weight_values(index, weight.name, list(weight.shape)))
            index += 1
    model.compile(
        optimizer=keras.optimizers.SGD(0.5),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


x = shared_numbers.uniform(1, [EXAMPLES, FEATURES], -1, 1)
y = shared_numbers.classes(2, EXAMPLES, CLASSES)
val_x = shared_numbers.uniform(3, [11, FEATURES], -1, 1)
val_y = shared_numbers.classes(4, 11, CLASSES)


def weights_of(model):
    return [rounded(weight) for weight in model.get_weights()]


def fit(options):
    model = model_of()
    history = model.fit(
        x, y, batch_size=5, shuffle=False, verbose=0, validation_data=(val_x, val_y), **options
    )
    return {
        "options": options,
        "epochs": [epoch + 1 for epoch in history.epoch],
        "history": {name: rounded(values) for name, values in sorted(history.history.items())},
        "weights": weights_of(model),
    }


def on_batch():
    model = model_of()
    logs = []
    call = lambda method, *given, **options: logs.append(
        {name: rounded([value])[0] for name, value in sorted(method(*given, return_dict=True, **options).items())}
    )
    call(model.train_on_batch, x[:5], y[:5])
    call(model.train_on_batch, x[5:12], y[5:12], class_weight={0: 0.5, 2: 3.0})
    call(model.test_on_batch, val_x, val_y)
    return {
        "logs": logs,
        "weights": weights_of(model),
        "predictions": rounded(model.predict_on_batch(val_x)),
    }


fixtures = {"fits": {name: fit(options) for name, options in CASES.items()}, "onBatch": on_batch()}
shared_numbers.write(here / "fit-options.json", fixtures)
