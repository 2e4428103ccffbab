"""Makes coco.json and coco-masks.json of vision-coco.test.ts with pycocotools 2.0.11.

    python3 -m venv venv && venv/bin/pip install pycocotools==2.0.11 numpy
    venv/bin/python make_coco.py

Pictures, masks and polygons come from random_sets.py, so the fixture holds pycocotools' answers only.
"""

import contextlib
import io
import json
import pathlib

import numpy
from pycocotools import mask as codes
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from random_sets import Draws, random_detections, random_mask, random_masks, random_polygon

SETS = 300
MASK_SETS = 100


def coco_box(box):
    left, top, right, bottom = box
    return [left, top, right - left, bottom - top]


def by_box(box):
    """How an object or a detection is described by its box, and its area."""
    bbox = coco_box(box)
    return {"bbox": bbox}, bbox[2] * bbox[3]


def by_mask(mask):
    """The same by its mask."""
    code = codes.encode(numpy.asfortranarray(mask))
    return {"segmentation": code, "bbox": [float(side) for side in codes.toBbox(code)]}, float(codes.area(code))


def scores(class_count, pictures, described, kind):
    """The twelve numbers, and the AP of each class."""
    truth = COCO()
    truth.dataset = {
        # Sizes are read, and of no use where masks come as codes.
        "images": [{"id": i + 1, "height": 1, "width": 1} for i in range(len(pictures))],
        "categories": [{"id": k + 1} for k in range(class_count)],
        "annotations": [],
    }
    found = []
    for i, (objects, detections) in enumerate(pictures):
        for extent, label, is_crowd in objects:
            description, area = described(extent)
            truth.dataset["annotations"].append(
                {
                    "id": len(truth.dataset["annotations"]) + 1,
                    "image_id": i + 1,
                    "category_id": label + 1,
                    **description,
                    "area": area,
                    "iscrowd": int(is_crowd),
                }
            )
        for extent, label, score in detections:
            description, _ = described(extent)
            if kind == "segm":
                # With a box beside it, loadRes takes the area of the box.
                del description["bbox"]
            found.append({"image_id": i + 1, "category_id": label + 1, **description, "score": score})
    if not found:
        return None
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(found), kind)
        run.evaluate()
        run.accumulate()
        run.summarize()
    precision = run.eval["precision"][:, :, :, 0, 2]
    per_class = []
    for k in range(class_count):
        known = precision[:, :, k][precision[:, :, k] > -1]
        per_class.append(float(known.mean()) if known.size else -1.0)
    return [rounded(value) for value in [*run.stats, *per_class]]


def rounded(value):
    return None if value < 0 else float(f"{value:.9g}")


def mask_codes(stream):
    draws = Draws(stream)
    height, width = 5 + draws.below(50), 5 + draws.below(50)
    code = codes.encode(numpy.asfortranarray(random_mask(draws, height, width)))
    polygon = codes.frPyObjects([random_polygon(draws, height, width)], height, width)[0]
    return {
        "mask": code["counts"].decode(),
        "area": int(codes.area(code)),
        "box": [int(side) for side in codes.toBbox(code)],
        "polygon": polygon["counts"].decode(),
    }


content = {
    "scores": {str(stream): scores(*random_detections(stream), by_box, "bbox") for stream in range(SETS)},
    "codes": {str(stream): mask_codes(1000 + stream) for stream in range(SETS)},
}
masks = {
    "scores": {str(stream): scores(*random_masks(2000 + stream), by_mask, "segm") for stream in range(MASK_SETS)},
}


def write(name, content):
    lines = [
        f'"{part}": {{\n'
        + ",\n".join(f'"{key}":{json.dumps(value, separators=(",", ":"))}' for key, value in sets.items())
        + "\n}"
        for part, sets in content.items()
    ]
    pathlib.Path(__file__).with_name(name).write_text("{\n" + ",\n".join(lines) + "\n}\n")


write("coco.json", content)
write("coco-masks.json", masks)
