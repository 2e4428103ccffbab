"""Makes callbacks.json for keras-callbacks.test.ts with Keras 3.15: what its callbacks do about numbers.

    KERAS_BACKEND=tensorflow venv/bin/python callbacks.py
"""

import json
import pathlib
import tempfile

import keras
import numpy

here = pathlib.Path(__file__).resolve().parent

FALLING = [1.0, 0.8, 0.79995, 0.7, 0.71, 0.7, 0.69, 0.72, 0.73, 0.74, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6]
RISING = [0.2, 0.4, 0.4, 0.41, 0.39, 0.5, 0.5, 0.49, 0.48, 0.47, 0.46, 0.9, 0.8, 0.8, 0.8, 0.8]
NUMBERS = {"val_loss": FALLING, "val_accuracy": RISING}

STOPPING = [
    {"patience": 0},
    {"patience": 2},
    {"patience": 3, "min_delta": 0.05},
    {"patience": 2, "baseline": 0.6},
    {"patience": 2, "start_from_epoch": 5},
    {"monitor": "val_accuracy", "mode": "max", "patience": 3},
    {"monitor": "val_accuracy", "mode": "max", "patience": 2, "min_delta": 0.02},
]
REDUCING = [
    {"patience": 2},
    {"patience": 1, "factor": 0.5, "cooldown": 2},
    {"patience": 2, "factor": 0.1, "min_lr": 0.02},
    {"patience": 0, "factor": 0.5},
    {"patience": 1, "min_delta": 0.1, "factor": 0.5},
    {"monitor": "val_accuracy", "mode": "max", "patience": 2, "factor": 0.5, "cooldown": 1},
]


def model():
    one = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    one.compile(keras.optimizers.SGD(0.1), "mse")
    one.stop_training = False
    return one


def epochs(callback, act):
    """Each epoch's numbers, and what `act` sees after it."""
    callback.on_train_begin()
    seen = []
    for epoch in range(len(FALLING)):
        logs = {name: values[epoch] for name, values in NUMBERS.items()}
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, logs)
        seen.append(act())
    callback.on_train_end()
    return seen


def stopping(options):
    one = model()
    callback = keras.callbacks.EarlyStopping(**options, restore_best_weights=True)
    callback.set_model(one)
    stops = epochs(callback, lambda: one.stop_training)
    first = stops.index(True) if True in stops else None
    one = model()
    callback = keras.callbacks.EarlyStopping(**options, restore_best_weights=True)
    callback.set_model(one)
    best = epochs(callback, lambda: callback.best_epoch)
    last = len(FALLING) - 1 if first is None else first
    return {"options": options, "stopsAfter": first, "bestThen": best[last]}


def reducing(options):
    one = model()
    callback = keras.callbacks.ReduceLROnPlateau(**options)
    callback.set_model(one)
    rates = epochs(callback, lambda: float(one.optimizer.learning_rate))
    return {"options": options, "rates": [float(f"{rate:.6g}") for rate in rates]}


def logged(rows, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/log.csv"
        callback = keras.callbacks.CSVLogger(path, **options)
        for part in rows:
            callback.on_train_begin()
            for epoch, logs in enumerate(part):
                callback.on_epoch_end(epoch, logs)
            callback.on_train_end()
        text = pathlib.Path(path).read_bytes().decode()
    return {"rows": rows, "options": options, "text": text}


class Noting(keras.callbacks.Callback):
    """Notes every hook with its step or epoch, and stops at some of them."""

    def __init__(self, stops):
        super().__init__()
        self.notes = []
        for hook in [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]:
            setattr(self, hook, self.noting(hook, stops))

    def noting(self, hook, stops):
        def note(at=None, logs=None):
            place = hook if at is None or isinstance(at, dict) else f"{hook} {at}"
            self.notes.append(place)
            if stops.get(place):
                setattr(self.model, stops[place], True)

        return note


HOOKED = [
    {},
    {"on_train_batch_end 1": "stop_training"},
    {"on_epoch_end 0": "stop_training"},
    {"on_test_batch_end 0": "stop_evaluating"},
    {"on_predict_batch_end 0": "stop_predicting"},
]


def hooked(stops):
    x, y = numpy.ones((8, 1), "float32"), numpy.ones((8, 1), "float32")
    notes = {}
    for name in ["fit", "evaluate", "predict"]:
        if name != "fit" and any("train" in place or "epoch" in place for place in stops):
            continue
        if name == "fit" and any("test" in place for place in stops):
            continue
        noting = Noting(stops)
        one = model()
        options = {"batch_size": 3, "callbacks": [noting], "verbose": 0}
        if name == "fit":
            one.fit(x, y, epochs=2, validation_data=(x[:4], y[:4]), **options)
        elif name == "evaluate":
            one.evaluate(x, y, **options)
        else:
            notes["rows"] = len(one.predict(x, **options))
        notes[name] = noting.notes
    return {"stops": list(stops), **notes}


def main():
    plain = [[{"loss": 1.5, "accuracy": 0.25}, {"loss": 1.125, "val_loss": 2.125, "accuracy": 0.5}]]
    validated = [[{"val_loss": 2.5, "loss": 1.5}, {"loss": 1.25}]]
    content = {
        "numbers": NUMBERS,
        "stopping": [stopping(options) for options in STOPPING],
        "reducing": [reducing(options) for options in REDUCING],
        "logs": [
            logged(plain),
            logged(validated, separator=";"),
            logged(validated + validated, append=True),
            logged(validated + validated),
        ],
        "hooks": [hooked(stops) for stops in HOOKED],
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    (here / "callbacks.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
