"""Loads in Keras what write.ts wrote, and compares predictions and what optimizers remember.

    npx tsx test/golden/keras/files/write.ts <folder>
    KERAS_BACKEND=tensorflow python test/golden/keras/files/check.py <folder>

The outcome goes to checked.json.
"""

import json
import pathlib
import re
import subprocess
import sys
import warnings

import keras
import numpy

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent.parent))
import shared_numbers  # noqa: E402

TOLERANCE = 1e-5


def check(folder, entry, count):
    path = folder / entry["name"]
    if path.name.endswith(".weights.h5"):
        model = keras.saving.load_model(str(path).replace(".weights.h5", ".keras"), compile=False)
        for weight in model.weights:
            weight.assign(numpy.zeros(weight.shape))
        model.load_weights(path)
    else:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = keras.saving.load_model(path)
        skipped = [str(one.message) for one in caught if "optimizer" in str(one.message)]
        if skipped:
            raise ValueError(skipped[0].strip())
    x = [
        shared_numbers.uniform(7 + i, (count, *shape), -1, 1).astype("float32")
        for i, shape in enumerate(entry["inputs"])
    ]
    found = model(x if len(x) > 1 else x[0], training=False)
    found = list(found.values()) if isinstance(found, dict) else found
    found = found if isinstance(found, (list, tuple)) else [found]
    if len(found) != len(entry["outputs"]):
        raise ValueError(f"{len(found)} outputs rather than {len(entry['outputs'])}")
    worst = 0.0
    for one, expected in zip(found, entry["outputs"]):
        one, expected = numpy.asarray(one).ravel(), numpy.asarray(expected)
        scale = max(1e-30, float(numpy.abs(expected).max(initial=0)))
        worst = max(worst, float(numpy.abs(one - expected).max(initial=0)) / scale)
    if "iterations" in entry and int(model.optimizer._iterations.numpy()) != entry["iterations"]:
        raise ValueError(f"{int(model.optimizer._iterations.numpy())} iterations")
    if "rate" in entry:
        rate = float(model.optimizer.learning_rate)
        if abs(rate - entry["rate"]) > TOLERANCE * entry["rate"]:
            raise ValueError(f"learning rate {rate} rather than {entry['rate']}")
    # A model of an .h5 file that is compiled cannot be trained on in Keras 3.15, its own no better.
    if "optimizer" in entry and path.suffix == ".keras":
        train(model)
    return worst


def train(model):
    """A step, whether the loss and the metrics want numbers for each class, or the class's number."""
    # A second try would find variables that a compiled function may not make twice.
    model.run_eagerly = True
    x = numpy.ones((2, model.input_shape[-1]))
    answers = [numpy.eye(3)[:2], numpy.zeros((2, 1))]
    first, second = answers[::-1] if "Sparse" in type(model.loss).__name__ else answers
    try:
        model.train_on_batch(x, first)
    except Exception:  # noqa: BLE001 - of a kind that each backend has its own of
        model.train_on_batch(x, second)


def plain(error):
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error))


def work(folder, start):
    """Checks one file after another from number `start` on, a line each."""
    content = json.loads((folder / "expected.json").read_text())
    for entry in content["written"][start:]:
        try:
            line = {"error": check(folder, entry, content["count"])}
        except Exception as error:  # noqa: BLE001
            line = {"failure": f"{type(error).__name__}: {plain(error)[:300]}"}
        print(json.dumps(line), flush=True)
        keras.utils.clear_session()


def main():
    folder = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        work(folder, int(sys.argv[2]))
        return
    content = json.loads((folder / "expected.json").read_text())
    written = content["written"]
    failures, worst, done = {}, 0.0, 0
    while done < len(written):
        # A process of its own: TensorFlow may end it, which is told of the file that it happened to.
        command = [sys.executable, __file__, str(folder), str(done)]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        if done + len(lines) < len(written):
            lines.append({"failure": f"ended Keras's process with {run.returncode}"})
        for entry, line in zip(written[done:], lines):
            worst = max(worst, line.get("error", 0.0))
            if line.get("error", 0.0) > TOLERANCE:
                failures[entry["name"]] = f"differs by {line['error']:.2g}"
            if "failure" in line:
                failures[entry["name"]] = line["failure"]
        done += len(lines)
    result = {
        "keras": keras.__version__,
        "files": len(written),
        "worst": float(f"{worst:.2g}"),
        "failures": failures,
        "notWritten": content["skipped"],
    }
    (here / "checked.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
