"""Random pictures with objects, detections and masks, the same as `random-sets.ts` makes: fixtures hold answers only."""

import pathlib
import sys

import numpy

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import shared_numbers  # noqa: E402


class Draws:
    """Numbers from 0 to below 1 that f32 holds, one after another."""

    def __init__(self, stream):
        self.values = shared_numbers.uniform(stream, (6000,), 0, 1).tolist()
        self.at = 0

    def next(self):
        self.at += 1
        return self.values[self.at - 1]

    def below(self, limit):
        return min(limit - 1, int(self.next() * limit))


def f32(value):
    return float(numpy.float32(value))


def random_box(draws, extent):
    left = draws.next() * extent
    top = draws.next() * extent
    width = 1 + draws.next() * draws.next() * extent
    height = 1 + draws.next() * draws.next() * extent
    return [f32(left), f32(top), f32(left + width), f32(top + height)]


def random_boxes(draws, count, extent):
    return [random_box(draws, extent) for _ in range(count)]


def random_detections(stream):
    """One data set: (class count, [(objects, detections)]), an object (box, class, crowd), a detection (box, class, score)."""
    draws = Draws(stream)
    pictures = 2 + draws.below(4)
    classes = 1 + draws.below(4)
    # Coarse scores make ties.
    steps = 10 if draws.next() < 0.5 else 1000
    result = []
    for _ in range(pictures):
        objects = []
        detections = []
        for _ in range(draws.below(7)):
            box = random_box(draws, 220)
            label = draws.below(classes)
            objects.append((box, label, draws.next() < 0.12))
            while draws.next() < 0.6:
                width = box[2] - box[0]
                height = box[3] - box[1]
                left = box[0] + (draws.next() - 0.5) * 0.3 * width
                top = box[1] + (draws.next() - 0.5) * 0.3 * height
                right = left + (0.8 + draws.next() * 0.4) * width
                bottom = top + (0.8 + draws.next() * 0.4) * height
                found = label if draws.next() < 0.85 else draws.below(classes)
                score = f32((1 + draws.below(steps)) / steps)
                detections.append(([f32(left), f32(top), f32(right), f32(bottom)], found, score))
        for _ in range(draws.below(4)):
            detections.append((random_box(draws, 220), draws.below(classes), f32((1 + draws.below(steps)) / steps)))
        result.append((objects, detections))
    return classes, result


def random_mask(draws, height, width):
    """Some rectangles, of which each turns inside and outside."""
    mask = numpy.zeros((height, width), numpy.uint8)
    for _ in range(1 + draws.below(4)):
        top, left = draws.below(height), draws.below(width)
        bottom, right = top + 1 + draws.below(height), left + 1 + draws.below(width)
        mask[top:bottom, left:right] ^= 1
    return mask


def random_masks(stream):
    """One data set: (class count, [(objects, detections)]), an object (mask, class, crowd), a detection (mask, class, score)."""
    draws = Draws(stream)
    pictures = 1 + draws.below(3)
    classes = 1 + draws.below(3)
    # Coarse scores make ties.
    steps = 10 if draws.next() < 0.5 else 1000
    result = []
    for _ in range(pictures):
        height, width = 20 + draws.below(140), 20 + draws.below(140)
        objects = []
        detections = []
        for _ in range(draws.below(6)):
            mask = random_mask(draws, height, width)
            label = draws.below(classes)
            objects.append((mask, label, draws.next() < 0.15))
            while draws.next() < 0.6:
                top, left = draws.below(height), draws.below(width)
                seen = mask.copy()
                seen[top : top + 1 + draws.below(height), left : left + 1 + draws.below(width)] ^= 1
                found = label if draws.next() < 0.85 else draws.below(classes)
                detections.append((seen, found, f32((1 + draws.below(steps)) / steps)))
        for _ in range(draws.below(3)):
            mask = random_mask(draws, height, width)
            detections.append((mask, draws.below(classes), f32((1 + draws.below(steps)) / steps)))
        result.append((objects, detections))
    return classes, result


def random_polygon(draws, height, width):
    """Corners inside and a little outside of the picture, as they come: many cross themselves."""
    # Whole numbers, halves, or anything.
    grain = [1, 2, 0][draws.below(3)]
    numbers = []
    for _ in range(3 + draws.below(6)):
        for extent in (width, height):
            value = (draws.next() * 1.5 - 0.25) * extent
            numbers.append(float(numpy.floor(value * grain) / grain) if grain else value)
    return numbers
