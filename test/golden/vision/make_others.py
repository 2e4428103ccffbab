"""Makes others.json of vision-segmentation.test.ts and vision-boxes.test.ts: scores of class maps by scikit-learn 1.9 and
soft non-maximum suppression by TensorFlow 2.21.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 tensorflow-cpu==2.21
    venv/bin/python make_others.py

Maps and boxes come from shared_numbers.py and random_sets.py, so the fixture holds the peers' answers only.
"""

import pathlib
import warnings

import numpy
import tensorflow
from sklearn.metrics import accuracy_score, f1_score, jaccard_score

from random_sets import Draws, random_boxes, shared_numbers

warnings.simplefilter("ignore")
CLASSES = 5


def segmentation(stream):
    """Maps of 30 rows and 40 columns; every seventh true pixel is not known, and the last class may be missing."""
    occurring = CLASSES - stream % 2
    truth = shared_numbers.classes(2 * stream, 1200, occurring)
    noise = shared_numbers.classes(2 * stream + 1, 1200, 3 * occurring)
    found = numpy.where(noise < occurring, noise, truth)
    known = numpy.arange(1200) % 7 != 0
    truth, found = truth[known], found[known]
    labels = range(occurring)
    iou = jaccard_score(truth, found, labels=labels, average=None)
    dice = f1_score(truth, found, labels=labels, average=None)
    return {
        "accuracy": accuracy_score(truth, found),
        "iou": iou.tolist(),
        "dice": dice.tolist(),
        "meanIou": iou.mean(),
        "meanDice": dice.mean(),
    }


def soft(sigma):
    """Bodla's sigma is twice that of TensorFlow."""
    draws = Draws(12)
    boxes = numpy.array(random_boxes(draws, 120, 60), dtype=numpy.float32)
    scores = shared_numbers.uniform(13, (120,), 0, 1).astype(numpy.float32)
    rows, lower = tensorflow.image.non_max_suppression_with_scores(
        boxes[:, [1, 0, 3, 2]], scores, 120, iou_threshold=1.0, score_threshold=0.1, soft_nms_sigma=sigma / 2
    )
    return {"indices": rows.numpy().tolist(), "scores": shared_numbers.rounded(lower.numpy())}


shared_numbers.write(
    pathlib.Path(__file__).with_name("others.json"),
    {
        "segmentation": {str(stream): segmentation(stream) for stream in range(30)},
        "soft": {str(sigma): soft(sigma) for sigma in (0.5, 1.0)},
    },
)
