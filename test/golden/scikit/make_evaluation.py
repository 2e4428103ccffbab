"""Makes evaluation.json of evaluation.test.ts with scikit-learn 1.9, cleanlab 2.9 and ImageHash 4.3.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 cleanlab==2.9.0 ImageHash==4.3.2
    venv/bin/python make_evaluation.py

Labels and probabilities come from shared_numbers.py, so a fixture holds the peers' answers only. A probability is a whole
number divided by the sum of its row: exact on both sides, and with ties.
"""

import json
import pathlib
import sys

import imagehash
import numpy
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from PIL import Image
from sklearn.calibration import calibration_curve
from sklearn.decomposition import PCA
from sklearn.metrics import (
    auc,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

CASES = {
    "two classes": {"count": 60, "classes": 2, "right": 6},
    "three classes": {"count": 60, "classes": 3, "right": 8},
    "ten classes": {"count": 120, "classes": 10, "right": 40},
    "chance": {"count": 50, "classes": 3, "right": 0},
    "hardly any mistakes": {"count": 50, "classes": 4, "right": 60},
}
THRESHOLDS = [0.2, 0.4, 0.6, 0.8]
BINS = 10


def drawn(count, classes, right):
    labels = shared_numbers.classes(1, count, classes)
    parts = 1 + shared_numbers.classes(2, count * classes, 20).reshape(count, classes)
    sure = shared_numbers.classes(3, count, 4) > 0
    parts[numpy.arange(count), labels] += right * sure
    return labels, parts / parts.sum(axis=1, keepdims=True)


def plain(values):
    return [float(value) if numpy.isfinite(value) else None for value in numpy.ravel(values)]


def calibrated(hits, scores, strategy):
    true, predicted = calibration_curve(hits, scores, n_bins=BINS, strategy=strategy)
    return {"accuracy": plain(true), "confidence": plain(predicted)}


def expected_error(hits, scores):
    """Guo et al. 2017, equation 3, in bins open on the left."""
    edges = numpy.linspace(0, 1, BINS + 1)
    places = numpy.searchsorted(edges[1:-1], scores)
    return sum(
        (places == i).mean() * abs(hits[places == i].mean() - scores[places == i].mean())
        for i in range(BINS)
        if (places == i).any()
    )


def threshold_row(hits, scores, threshold):
    above = (scores >= threshold).astype(int)
    (tn, fp), (fn, tp) = confusion_matrix(hits, above, labels=[0, 1])
    precision, recall, f1, _ = precision_recall_fscore_support(
        hits, above, average="binary", zero_division=numpy.nan
    )
    counts = {"truePositives": tp, "falsePositives": fp, "falseNegatives": fn, "trueNegatives": tn}
    rates = {"precision": precision, "recall": recall, "f1": f1, "specificity": tn / (tn + fp)}
    return {**{k: int(v) for k, v in counts.items()}, **{k: plain([v])[0] for k, v in rates.items()}}


def measure(spec):
    labels, probabilities = drawn(**spec)
    classes = spec["classes"]
    one_hot = numpy.eye(classes)[labels]
    rocs, precisions = [], []
    for i in range(classes):
        fpr, tpr, thresholds = roc_curve(one_hot[:, i], probabilities[:, i])
        rocs.append({"fpr": plain(fpr), "tpr": plain(tpr), "thresholds": plain(thresholds), "area": auc(fpr, tpr)})
        precision, recall, thresholds = precision_recall_curve(one_hot[:, i], probabilities[:, i])
        precisions.append({
            "precision": plain(precision[::-1]),
            "recall": plain(recall[::-1]),
            "average": average_precision_score(one_hot[:, i], probabilities[:, i]),
        })
    grid = numpy.linspace(0, 1, 1001)
    curves = [(r["fpr"], r["tpr"]) for r in rocs]
    mean = numpy.mean([numpy.interp(grid, *curve) for curve in curves], axis=0)
    shown = 3 if classes <= 3 else 1
    hits = (probabilities.argmax(axis=1) == labels).astype(int)
    confidence = probabilities.max(axis=1)
    order = numpy.argsort(-probabilities[:, 1], kind="stable")
    issues = find_label_issues(
        labels, probabilities, filter_by="confident_learning", return_indices_ranked_by="self_confidence"
    )
    joint, _ = compute_confident_joint(
        labels, probabilities, calibrate=False, return_indices_of_off_diagonals=True
    )
    return {
        **spec,
        "roc": rocs[:shown],
        "areas": [r["area"] for r in rocs],
        "microArea": roc_auc_score(one_hot.ravel(), probabilities.ravel()),
        "macroArea": roc_auc_score(one_hot, probabilities, average="macro"),
        "macroCurve": plain(mean[::50]),
        "precisionRecall": precisions[:shown],
        "averagePrecisions": [p["average"] for p in precisions],
        "microAveragePrecision": average_precision_score(one_hot, probabilities, average="micro"),
        "macroAveragePrecision": average_precision_score(one_hot, probabilities, average="macro"),
        "calibration": {
            "confidence": calibrated(hits, confidence, "uniform"),
            "quantile": calibrated(hits, confidence, "quantile"),
            "classOne": calibrated(one_hot[:, 1], probabilities[:, 1], "uniform"),
            "expectedError": float(expected_error(hits, confidence)),
            "brier": brier_score_loss(labels, probabilities, scale_by_half=False, labels=range(classes)),
        },
        "thresholds": [threshold_row(one_hot[:, 1], probabilities[:, 1], t) for t in THRESHOLDS],
        # Where no two scores are the same, the gain after n examples is what the first n hold.
        "gainAfterAll": [float(one_hot[order[: n + 1], 1].sum() / one_hot[:, 1].sum()) for n in range(len(order))],
        "worst": [int(i) for i in numpy.argsort(probabilities[numpy.arange(len(labels)), labels], kind="stable")[:8]],
        "labelErrors": {"errors": [int(i) for i in issues], "joint": joint.tolist()},
    }


def components(count, width):
    rows = shared_numbers.uniform(5, (count, width), -1, 1) * numpy.linspace(1, 3, width)
    rows[:, 0] += 4 * rows[:, -1]
    found = PCA(n_components=2, svd_solver="full").fit(rows)
    return {
        "count": count,
        "width": width,
        "directions": plain(numpy.round(found.components_, 12)),
        "points": plain(numpy.round(found.transform(rows)[:6], 12)),
        "shares": plain(found.explained_variance_ratio_),
    }


def picture_hash(stream, height, width, channels):
    pixels = shared_numbers.uniform(stream, (height, width, channels), 0, 255).round().astype(numpy.uint8)
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    return {"stream": stream, "shape": [height, width, channels], "hash": str(imagehash.phash(image))}


fixture = {
    "cases": {name: measure(spec) for name, spec in CASES.items()},
    "components": [components(30, 6), components(12, 40), components(200, 24)],
    "hashes": [picture_hash(11, 64, 64, 1), picture_hash(12, 97, 60, 3), picture_hash(13, 28, 28, 1), picture_hash(14, 200, 320, 3)],
}
shared_numbers.write(here / "evaluation.json", fixture)
