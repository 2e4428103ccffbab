"""Makes losses.json of losses.test.ts with Keras 3.15 on TensorFlow, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    venv/bin/python make_losses.py

Answers, results and weights come from shared_numbers.py, so a fixture holds answers of Keras only.
"""

import os
import pathlib
import re
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy
import tensorflow

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded


def case(loss, shape, results, answers="shares", keras_loss=None, **options):
    """`results` is a range, and the activation that the model ends in."""
    low, high, activation = results
    return {
        "loss": loss,
        "keras": keras_loss or loss[0].upper() + loss[1:],
        "options": options,
        "shape": shape,
        "low": low,
        "high": high,
        "activation": activation,
        "targets": answers,
    }


LINEAR = (-2, 2, "linear")
POSITIVE = (0.1, 3, "linear")
SIGMOID = (-3, 3, "sigmoid")
SOFTMAX = (-3, 3, "softmax")

CASES = [
    case("meanSquaredError", [5, 3], LINEAR),
    case("meanSquaredError", [3, 2, 4], LINEAR),
    case("meanAbsoluteError", [5, 3], LINEAR),
    case("meanAbsolutePercentageError", [5, 3], LINEAR),
    case("meanSquaredLogarithmicError", [5, 3], (-0.5, 3, "linear")),
    case("huber", [5, 3], LINEAR),
    case("huber", [5, 3], LINEAR, delta=0.3),
    case("logCosh", [5, 3], (-20, 20, "linear")),
    case("poisson", [5, 3], POSITIVE),
    case("klDivergence", [5, 3], SOFTMAX, keras_loss="KLDivergence"),
    case("klDivergence", [5, 3], (-0.5, 1.5, "linear"), keras_loss="KLDivergence"),
    case("hinge", [5, 3], LINEAR),
    case("hinge", [5, 3], LINEAR, "bits"),
    case("hinge", [5, 3], LINEAR, "signs"),
    case("squaredHinge", [5, 3], LINEAR, "bits"),
    case("squaredHinge", [5, 3], LINEAR, "signs"),
    case("categoricalHinge", [5, 4], LINEAR, "hot"),
    case("cosineSimilarity", [5, 3], LINEAR),
    case("cosineSimilarity", [3, 4, 2], LINEAR, axis=1),
    case("binaryCrossentropy", [5, 3], SIGMOID, "bits"),
    case("binaryCrossentropy", [5, 3], (-0.2, 1.2, "linear"), "bits"),
    case("binaryCrossentropy", [5, 3], LINEAR, "bits", fromLogits=True, labelSmoothing=0.2),
    case("binaryCrossentropy", [3, 4, 2], SIGMOID, axis=1),
    case("binaryFocalCrossentropy", [5, 3], SIGMOID, "bits"),
    case("binaryFocalCrossentropy", [5, 3], (0.05, 0.95, "linear"), "bits", gamma=3.5),
    case("binaryFocalCrossentropy", [5, 3], LINEAR, "bits", fromLogits=True, gamma=1),
    case(
        "binaryFocalCrossentropy", [5, 3], SIGMOID, "bits", applyClassBalancing=True, alpha=0.4,
        labelSmoothing=0.1,
    ),
    case("categoricalCrossentropy", [5, 4], SOFTMAX, "hot"),
    case("categoricalCrossentropy", [5, 4], SOFTMAX, "hot", labelSmoothing=0.1),
    case("categoricalCrossentropy", [5, 4], POSITIVE, "hot"),
    case("categoricalCrossentropy", [3, 2, 4], LINEAR, "hot", fromLogits=True),
    case("categoricalCrossentropy", [3, 4, 4], POSITIVE, "hot", axis=1),
    case("categoricalFocalCrossentropy", [5, 4], SOFTMAX, "hot"),
    case("categoricalFocalCrossentropy", [5, 4], LINEAR, "hot", fromLogits=True, gamma=0.5),
    case("categoricalFocalCrossentropy", [3, 2, 4], SOFTMAX, "hot", alpha=0.6, labelSmoothing=0.2),
    case("sparseCategoricalCrossentropy", [5, 4], SOFTMAX, "classes"),
    case("sparseCategoricalCrossentropy", [3, 2, 4], LINEAR, "classes", fromLogits=True),
    case("sparseCategoricalCrossentropy", [9, 4], SOFTMAX, "classes", ignoreClass=2),
    case("sparseCategoricalCrossentropy", [4, 3, 4], SOFTMAX, "classes", ignoreClass=0),
    case("categoricalGeneralizedCrossEntropy", [5, 4], SOFTMAX, "classes"),
    case("categoricalGeneralizedCrossEntropy", [5, 4], SOFTMAX, "classes", q=0.8),
    case("dice", [3, 4, 2], SIGMOID, "bits"),
    case("dice", [3, 4, 2], SIGMOID, "bits", axis=[1, 2]),
    case("dice", [3, 4, 2], SIGMOID, "bits", axis=[2]),
    case("tversky", [3, 4, 2], SIGMOID, "bits"),
    case("tversky", [3, 4, 2], SIGMOID, "bits", axis=[1, 2], alpha=0.7, beta=0.2),
    # Keras knows the loss of the Jaccard index by another name.
    case("iou", [3, 4, 2], SIGMOID, "bits", keras_loss="Tversky"),
    case("iou", [3, 4, 2], SIGMOID, "bits", keras_loss="Tversky", axis=[1, 2]),
]

REDUCTIONS = {
    "sumOverBatchSize": "sum_over_batch_size",
    "mean": "mean",
    "meanWithSampleWeight": "mean_with_sample_weight",
    "sum": "sum",
}


def answers_of(kind, shape):
    count = int(numpy.prod(shape))
    if kind == "shares":
        return shared_numbers.uniform(2, shape, 0, 1)
    if kind == "bits":
        return shared_numbers.classes(2, count, 2).astype(float).reshape(shape)
    if kind == "signs":
        return shared_numbers.classes(2, count, 2).astype(float).reshape(shape) * 2 - 1
    labels = shared_numbers.classes(2, count // shape[-1], shape[-1])
    if kind == "classes":
        return labels.astype("int32").reshape(shape[:-1])
    return numpy.eye(shape[-1])[labels].reshape(shape)


def snake(options):
    plain = {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), key): value for key, value in options.items()}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}


def measure(spec):
    options = snake(spec["options"])
    if spec["loss"] == "iou":
        options.update(alpha=1, beta=1)
    make = getattr(keras.losses, spec["keras"])
    activate = getattr(keras.activations, spec["activation"])
    y = answers_of(spec["targets"], spec["shape"])
    x = tensorflow.Variable(shared_numbers.uniform(1, spec["shape"], spec["low"], spec["high"]))
    values = make(reduction="none", **options)(y, activate(x)).numpy()
    # One weight an example where Keras can stretch it, else one a place.
    weight_shape = [spec["shape"][0]] if values.ndim < 2 else list(values.shape)
    weights = shared_numbers.uniform(3, weight_shape, 0.25, 2)
    plain, weighted = {}, {}
    for name, reduction in REDUCTIONS.items():
        loss = make(reduction=reduction, **options)
        plain[name] = float(loss(y, activate(x)).numpy())
        weighted[name] = float(loss(y, activate(x), weights).numpy().sum())
        if values.ndim == 0:  # a weighted scalar becomes a row that Keras then reduces
            weighted[name] = float(loss(y, activate(x), weights).numpy())
    with tensorflow.GradientTape() as tape:
        total = make(**options)(y, activate(x), weights)
    return {
        **{key: value for key, value in spec.items() if key != "keras"},
        "values": rounded(values),
        "valueShape": list(values.shape),
        "weightShape": weight_shape,
        "plain": {name: rounded([value])[0] for name, value in plain.items()},
        "weighted": {name: rounded([value])[0] for name, value in weighted.items()},
        "gradient": rounded(tape.gradient(total, x)),
    }


shared_numbers.write(here / "losses.json", [measure(spec) for spec in CASES])
