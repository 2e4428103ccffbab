"""Makes metrics.json of metrics.test.ts with Keras 3.15 on TensorFlow.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    venv/bin/python make_metrics.py

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

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

rounded = shared_numbers.rounded

EXAMPLES = 9
BATCH = 4  # three batches, the last of one example


def case(metric, shape, results, answers, keras_metric=None, rows=False, **options):
    """
    `results` is a range, or how many class numbers there are. `rows`: Keras is given one-hot rows where
    Fovea takes class numbers as well.
    """
    return {
        "metric": metric,
        "keras": keras_metric or metric[0].upper() + metric[1:],
        "options": options,
        "shape": shape,
        "predictions": results,
        "targets": answers,
        "rows": rows,
    }


SHARES = [0, 1]
LINEAR = [-2, 2]
POSITIVE = [0.1, 3]

CASES = [
    case("binaryAccuracy", [1], SHARES, "bits"),
    case("binaryAccuracy", [2, 3, 1], SHARES, "bits", threshold=0.3),
    case("categoricalAccuracy", [4], SHARES, "hot"),
    case("categoricalAccuracy", [2, 2, 3], SHARES, "hot"),
    case("sparseCategoricalAccuracy", [4], SHARES, "classes"),
    case("sparseCategoricalAccuracy", [2, 2, 3], SHARES, "classes"),
    case("topKCategoricalAccuracy", [7], SHARES, "hot"),
    case("topKCategoricalAccuracy", [4], SHARES, "hot", k=2),
    case("sparseTopKCategoricalAccuracy", [4], SHARES, "classes", k=2),
    case("sparseTopKCategoricalAccuracy", [7], SHARES, "classes"),
    case("meanSquaredError", [3], LINEAR, "shares"),
    case("meanSquaredError", [2, 3, 2], LINEAR, "shares"),
    case("rootMeanSquaredError", [3], LINEAR, "shares"),
    case("rootMeanSquaredError", [2, 3, 2], LINEAR, "shares"),
    case("meanAbsoluteError", [3], LINEAR, "shares"),
    case("meanAbsolutePercentageError", [3], LINEAR, "shares"),
    case("meanSquaredLogarithmicError", [3], POSITIVE, "shares"),
    case("logCoshError", [3], LINEAR, "shares"),
    case("cosineSimilarity", [3], LINEAR, "shares"),
    case("cosineSimilarity", [3, 2, 2], LINEAR, "shares", axis=1),
    case("r2Score", [3], SHARES, "shares"),
    case("r2Score", [3], SHARES, "shares", classAggregation="varianceWeightedAverage"),
    case("r2Score", [3], SHARES, "shares", classAggregation=None),
    case("r2Score", [2], SHARES, "shares", numRegressors=4),
    case("klDivergence", [3], SHARES, "shares", "KLDivergence"),
    case("poisson", [3], POSITIVE, "shares"),
    case("hinge", [3], LINEAR, "bits"),
    case("squaredHinge", [3], LINEAR, "signs"),
    case("categoricalHinge", [3], LINEAR, "hot"),
    case("binaryCrossentropy", [3], SHARES, "bits"),
    case("binaryCrossentropy", [3], LINEAR, "bits", fromLogits=True, labelSmoothing=0.1),
    case("categoricalCrossentropy", [3], LINEAR, "hot", fromLogits=True),
    case("categoricalCrossentropy", [4], SHARES, "hot", labelSmoothing=0.1),
    case("sparseCategoricalCrossentropy", [3], LINEAR, "classes", fromLogits=True),
    case("sparseCategoricalCrossentropy", [3], LINEAR, "classes", fromLogits=True, ignoreClass=1),
    case("precision", [3], SHARES, "bits"),
    case("precision", [4], SHARES, "hot", thresholds=0.7),
    case("precision", [4], SHARES, "classes", rows=True, thresholds=[0.8, 0.2, 0.5]),
    case("precision", [4], SHARES, "hot", thresholds=[0, 0.25, 0.5, 0.75, 1]),
    case("precision", [5], SHARES, "hot", topK=2),
    case("precision", [5], SHARES, "hot", topK=3, classId=1, thresholds=0.4),
    case("precision", [2, 2, 3], SHARES, "bits", thresholds=0.4),
    case("recall", [3], SHARES, "bits"),
    case("recall", [4], SHARES, "classes", rows=True, classId=2),
    case("recall", [4], SHARES, "hot", thresholds=[0.3, 0.6]),
    case("recall", [5], SHARES, "hot", topK=2),
    case("truePositives", [3], SHARES, "bits"),
    case("truePositives", [3], SHARES, "bits", thresholds=[0.6, 0.1]),
    case("falsePositives", [3], SHARES, "bits"),
    case("trueNegatives", [3], SHARES, "bits", thresholds=[0, 0.5, 1]),
    case("falseNegatives", [3], SHARES, "bits", thresholds=0.9),
    case("f1Score", [4], SHARES, "hot"),
    case("f1Score", [4], SHARES, "classes", rows=True, average="macro"),
    case("f1Score", [4], SHARES, "bits", average="micro", threshold=0.4),
    case("f1Score", [4], SHARES, "hot", average="weighted"),
    case("fBetaScore", [4], SHARES, "hot", beta=2.0, average="macro"),
    case("fBetaScore", [4], SHARES, "bits", beta=0.5, threshold=0.6),
    case("auc", [1], SHARES, "bits", "AUC"),
    case("auc", [3], SHARES, "classes", "AUC", rows=True),
    case("auc", [1], SHARES, "bits", "AUC", curve="PR"),
    case("auc", [2], SHARES, "bits", "AUC", curve="PRGAIN", numThresholds=11),
    case("auc", [1], SHARES, "bits", "AUC", summationMethod="majoring", numThresholds=5),
    case("auc", [1], SHARES, "bits", "AUC", summationMethod="minoring", curve="PR"),
    case("auc", [1], SHARES, "bits", "AUC", thresholds=[0.9, 0.1, 0.35]),
    case("auc", [1], LINEAR, "bits", "AUC", fromLogits=True),
    case("auc", [3], SHARES, "bits", "AUC", multiLabel=True),
    case("auc", [3], SHARES, "bits", "AUC", multiLabel=True, labelWeights=[0.2, 1.5, 1.0]),
    case("auc", [3], SHARES, "bits", "AUC", labelWeights=[0.2, 1.5, 1.0], curve="PR"),
    case("sensitivityAtSpecificity", [2], SHARES, "bits", specificity=0.4),
    case("specificityAtSensitivity", [2], SHARES, "bits", sensitivity=0.6, numThresholds=7),
    case("precisionAtRecall", [2], SHARES, "bits", recall=0.5),
    case("precisionAtRecall", [2], SHARES, "bits", recall=0.1, numThresholds=1),
    case("recallAtPrecision", [3], SHARES, "hot", precision=0.1, classId=2),
    case("iou", [2, 3], 3, "classes", "IoU", numClasses=3, targetClassIds=[0, 2]),
    case("iou", [2, 3], 4, "classes", "IoU", numClasses=3, targetClassIds=[0, 2]),
    case(
        "iou", [2, 3, 4], SHARES, "classes", "IoU", numClasses=4, targetClassIds=[1, 2],
        sparseYPred=False, ignoreClass=1,
    ),
    case("meanIoU", [2, 3], 3, "classes", "MeanIoU", numClasses=3),
    case("meanIoU", [2, 3, 4], SHARES, "classes", "MeanIoU", numClasses=4, sparseYPred=False),
    case("oneHotIoU", [2, 3, 4], SHARES, "hot", "OneHotIoU", numClasses=4, targetClassIds=[1, 3]),
    case("oneHotMeanIoU", [4], SHARES, "hot", "OneHotMeanIoU", numClasses=4),
    case("binaryIoU", [2, 3], SHARES, "bits", "BinaryIoU"),
    case("binaryIoU", [2, 3], SHARES, "bits", "BinaryIoU", targetClassIds=[1], threshold=0.3),
    case("mean", [3], LINEAR, "shares"),
    case("sum", [3], LINEAR, "shares"),
]


def results_of(kind, shape):
    if isinstance(kind, list):
        return shared_numbers.uniform(1, shape, *kind).astype("float32")
    return shared_numbers.classes(1, int(numpy.prod(shape)), kind).astype("float32").reshape(shape)


def answers_of(spec, shape):
    kind = spec["targets"]
    count = int(numpy.prod(shape))
    if kind == "shares":
        return shared_numbers.uniform(2, shape, 0, 1).astype("float32")
    if kind in ("bits", "signs"):
        bits = shared_numbers.classes(2, count, 2).astype("float32").reshape(shape)
        return bits if kind == "bits" else bits * 2 - 1
    if kind == "classes" and not isinstance(spec["predictions"], list):
        return shared_numbers.classes(2, count, 3).astype("int32").reshape(shape)
    labels = shared_numbers.classes(2, count // shape[-1], shape[-1])
    if kind == "classes" and not spec["rows"]:
        return labels.astype("int32").reshape(shape[:-1])
    return numpy.eye(shape[-1], dtype="float32")[labels].reshape(shape)


def snake(options):
    named = {re.sub("([A-Z])", lambda m: "_" + m[1].lower(), key): value for key, value in options.items()}
    for key in ("sparse_y_true", "sparse_y_pred"):
        if key in named:
            named[key] = bool(named[key])
    aggregation = named.get("class_aggregation")
    if aggregation is not None:
        named["class_aggregation"] = re.sub("([A-Z])", lambda m: "_" + m[1].lower(), aggregation)
    return named


def measure(spec):
    make = getattr(keras.metrics, spec["keras"])
    options = snake(spec["options"])
    shape = [EXAMPLES, *spec["shape"]]
    y = answers_of(spec, shape)
    x = results_of(spec["predictions"], shape)
    weights = shared_numbers.uniform(3, [EXAMPLES], 0.25, 2).astype("float32")
    name = make(**options).name

    is_overlap = "IoU" in spec["keras"]

    def result(weighted):
        # Keras counts overlaps in whole numbers unless told, and would cut the weights.
        metric = make(**options, **({"dtype": "float32"} if weighted and is_overlap else {}))
        for start in range(0, EXAMPLES, BATCH):
            rows = slice(start, start + BATCH)
            w = weights[rows] if weighted else None
            if weighted and is_overlap:  # Keras wants one weight a place here
                places = y.shape[1:-1] if spec["targets"] == "hot" else y.shape[1:]
                w = numpy.broadcast_to(w.reshape([-1] + [1] * len(places)), [len(w), *places])
            if spec["metric"] in ("mean", "sum"):
                metric.update_state(x[rows], sample_weight=w)
            else:
                metric.update_state(y[rows], x[rows], sample_weight=w)
        return rounded(metric.result())

    # Keras cannot stretch one weight an example over pixels here; only what it can do is compared.
    skips = spec["metric"] == "precision" and len(spec["shape"]) > 1
    return {
        **{key: value for key, value in spec.items() if key not in ("keras", "rows")},
        "name": re.sub(r"_\d+$", "", name),
        "plain": result(False),
        "weighted": None if skips else result(True),
    }


keras.utils.set_random_seed(1)
fixture = {"examples": EXAMPLES, "batch": BATCH, "cases": [measure(spec) for spec in CASES]}
shared_numbers.write(here / "metrics.json", fixture)
