"""Makes torchvision.json of vision-boxes.test.ts with torch 2.15 and torchvision 0.29.

    python3 -m venv venv && venv/bin/pip install torch torchvision numpy
    venv/bin/python make_torchvision.py

Boxes come from random_sets.py, so the fixture holds torchvision's answers only.
"""

import pathlib

import numpy
import torch
from torchvision import ops
from torchvision.models.detection._utils import BoxCoder, Matcher

from random_sets import Draws, random_boxes, shared_numbers

rounded = shared_numbers.rounded


def boxes(draws, count, extent):
    return torch.tensor(random_boxes(draws, count, extent), dtype=torch.float32)


def overlaps():
    draws = Draws(1)
    a, b = boxes(draws, 12, 40), boxes(draws, 10, 40)
    b[:3] = a[:3]
    functions = {
        "boxIou": ops.box_iou,
        "generalizedBoxIou": ops.generalized_box_iou,
        "distanceBoxIou": ops.distance_box_iou,
        "completeBoxIou": ops.complete_box_iou,
    }
    return {name: rounded(function(a, b)) for name, function in functions.items()}


def suppression():
    """Rows that are kept: all of them for few boxes, their number and a hash of them for many."""
    result = {}
    for count, extent in ((200, 60), (3000, 300), (20000, 3000)):
        for threshold in (0.2, 0.5, 0.8):
            draws = Draws(2)
            given, scores = many(draws, count, extent)
            kept = ops.nms(given, scores, threshold).tolist()
            classes = torch.tensor(shared_numbers.classes(3, count, 5))
            by_class = ops.batched_nms(given, scores, classes, threshold).tolist()
            # Of equal scores torchvision's order is no particular one here.
            result[f"{count} {extent} {threshold}"] = {"plain": digest(kept), "byClass": digest(sorted(by_class))}
    return result


def many(draws, count, extent):
    """As many boxes as wanted: random ones, each again and again in other places."""
    some = numpy.array(random_boxes(draws, 200, 60), dtype=numpy.float32)
    shifts = shared_numbers.uniform(4, (count, 2), 0, extent).astype(numpy.float32)
    rows = some[numpy.arange(count) % 200]
    rows = rows + numpy.concatenate([shifts, shifts], 1)
    # Coarse scores make ties.
    scores = numpy.floor(shared_numbers.uniform(5, (count,), 0, 1) * 1000) / 1000
    return torch.tensor(rows), torch.tensor(scores.astype(numpy.float32))


def digest(kept):
    if len(kept) <= 200:
        return kept
    return {"count": len(kept), "hash": shared_numbers.text_hash(",".join(str(row) for row in kept))}


def roi_align():
    draws = Draws(6)
    features = torch.tensor(shared_numbers.uniform(7, (2, 12, 10, 3), -1, 1), dtype=torch.float32)
    given = boxes(draws, 8, 20)
    given[0] = torch.tensor([-8.0, -6.25, 3.0, 5.0])
    given[1] = torch.tensor([4.0, 4.0, 4.2, 4.1])
    given[2] = torch.tensor([0.0, 0.0, 10.0, 12.0])
    pictures = torch.tensor(shared_numbers.classes(8, 8, 2), dtype=torch.float32)
    rois = torch.cat([pictures[:, None], given], 1)
    result = {}
    for ratio, scale, aligned in ((-1, 1, False), (2, 0.5, True), (-1, 0.25, True), (3, 1, True)):
        parts = ops.roi_align(features.permute(0, 3, 1, 2), rois, (3, 2), scale, ratio, aligned)
        result[f"{ratio} {scale} {aligned}"] = rounded(parts.permute(0, 2, 3, 1))
    return result


def offsets():
    draws = Draws(9)
    truth, anchors = boxes(draws, 20, 60), boxes(draws, 20, 60)
    coder = BoxCoder((10.0, 10.0, 5.0, 5.0))
    codes = torch.tensor(shared_numbers.uniform(10, (20, 4), -25, 25), dtype=torch.float32)
    return {
        "encoded": rounded(coder.encode_single(truth, anchors)),
        "decoded": rounded(coder.decode_single(codes, anchors)),
    }


def matches():
    draws = Draws(11)
    anchors, truth = boxes(draws, 300, 60), boxes(draws, 8, 60)
    result = {}
    for high, low, best in ((0.5, 0.4, True), (0.7, 0.3, True), (0.5, 0.5, False)):
        found = Matcher(high, low, allow_low_quality_matches=best)(ops.box_iou(truth, anchors))
        result[f"{high} {low} {best}"] = found.tolist()
    return result


shared_numbers.write(
    pathlib.Path(__file__).with_name("torchvision.json"),
    {
        "overlaps": overlaps(),
        "suppression": suppression(),
        "roiAlign": roi_align(),
        "offsets": offsets(),
        "matches": matches(),
    },
)
