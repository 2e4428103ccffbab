"""Makes reports.json of classification.test.ts with scikit-learn 1.9.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python make.py

Labels and predictions come from shared_numbers.py, so a fixture holds scikit-learn's answers only.
"""

import json
import pathlib
import sys
import warnings

import numpy
from sklearn.metrics import classification_report, confusion_matrix

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

warnings.simplefilter("ignore")

NAMES = ["cat", "dog", "a name that is longer than the headings", "bird", "fish"]


def drawn(count, labels, predictions):
    """Random class numbers: below `labels`, and below `predictions`."""
    return {"draw": [count, labels, predictions]}


CASES = {
    "three classes": drawn(60, 3, 3),
    "five classes with names": {**drawn(200, 5, 5), "classNames": NAMES},
    "a class that is never predicted": drawn(40, 5, 3),
    "a class that never occurs": {**drawn(40, 2, 4), "digits": 4},
    "neither, as 1": {**drawn(40, 2, 3), "zeroDivision": 1},
    "neither, as nothing": {**drawn(40, 3, 2), "zeroDivision": None, "digits": 3},
    "yes or no": drawn(25, 2, 2),
    "some classes only": {**drawn(50, 5, 5), "labels": [4, 1]},
    "more classes than occur": {**drawn(30, 2, 2), "labels": [0, 1, 2]},
    "more classes than occur, without a score": {
        **drawn(30, 2, 2), "labels": [0, 1, 2], "zeroDivision": None,
    },
    "a class by itself that is never there": {**drawn(30, 2, 2), "labels": [3]},
    "one class": {"truth": [2, 2, 2], "guess": [2, 2, 2]},
    "all of it wrong": {"truth": [0, 0, 1, 1], "guess": [1, 1, 0, 0], "digits": 1},
    "no digits": {**drawn(30, 3, 3), "digits": 0},
    "numbers just between two texts": {
        "truth": [0] * 8 + [1] * 8,
        "guess": [0] + [1] * 7 + [0] * 7 + [1],
    },
    "others just between": {
        "truth": [0] * 8 + [1] * 8,
        "guess": [0] * 3 + [1] * 5 + [0] * 5 + [1] * 3,
    },
}


def measure(spec):
    if "draw" in spec:
        count, labels, predictions = spec["draw"]
        truth = shared_numbers.classes(1, count, labels)
        guess = shared_numbers.classes(2, count, predictions)
    else:
        truth, guess = numpy.array(spec["truth"]), numpy.array(spec["guess"])
    labels = spec.get("labels")
    shown = labels if labels is not None else sorted(set(truth) | set(guess))
    names = spec.get("classNames")
    zero = spec.get("zeroDivision", 0)
    options = {
        "labels": labels,
        "target_names": [names[i] for i in shown] if names else None,
        "digits": spec.get("digits", 2),
        "zero_division": numpy.nan if zero is None else zero,
    }
    classes = int(max(truth.max(), guess.max())) + 1
    matrices = {
        key: confusion_matrix(truth, guess, labels=range(classes), normalize=normalize).tolist()
        for key, normalize in {
            "counts": None, "labels": "true", "predictions": "pred", "all": "all",
        }.items()
    }
    numbers = classification_report(truth, guess, output_dict=True, **options)
    return {
        **spec,
        "text": classification_report(truth, guess, **options).split("\n"),
        "macro": [none_if_nan(numbers["macro avg"][key]) for key in ("precision", "recall", "f1-score")],
        "weighted": [
            none_if_nan(numbers["weighted avg"][key]) for key in ("precision", "recall", "f1-score")
        ],
        "matrices": matrices,
    }


def none_if_nan(value):
    return None if numpy.isnan(value) else value


fixture = {name: measure(spec) for name, spec in CASES.items()}
text = ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in fixture.items())
(here / "reports.json").write_text("{\n" + text + "\n}\n")
