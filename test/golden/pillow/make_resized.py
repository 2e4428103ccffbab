"""Pictures resized by Pillow, TensorFlow and OpenCV: what images.resize has to give.

Needs: pillow, numpy, opencv; TensorFlow in a second run, where it is installed apart:
  python make_resized.py pillow && python make_resized.py tensorflow
Input is noise of 13 x 17 pixels, whose bytes are (i * 7919 % 65521) % 256 of the i-th number; resized.json and
resized-tensorflow.json hold the results.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

HEIGHT, WIDTH = 13, 17
sizes = [(7, 5), (20, 31), (13, 6), (4, 17)]


def noise(channels):
    i = np.arange(HEIGHT * WIDTH * channels, dtype="i8")
    return ((i * 7919) % 65521 % 256).astype("u1").reshape(HEIGHT, WIDTH, channels)


def by_pillow():
    import cv2
    from PIL import Image, ImageOps

    kinds = {"nearest": 0, "lanczos3": 1, "bilinear": 2, "bicubic": 3}
    results = []

    def add(channels, values, **options):
        values = np.asarray(values, dtype="u1")
        text = base64.b64encode(values.tobytes()).decode()
        results.append({"channels": channels, "options": options, "data": text})

    for channels, mode in [(1, "L"), (3, "RGB"), (4, "RGBA")]:
        values = noise(channels)
        image = Image.fromarray(values[..., 0] if channels == 1 else values)
        for name, kind in kinds.items():
            for size in sizes:
                shape = dict(size=list(size), interpolation=name)
                add(channels, image.resize(size[::-1], kind), **shape)
                if channels == 4:
                    continue
                add(channels, ImageOps.fit(image, size[::-1], kind), mode="cover", **shape)
                padded = ImageOps.pad(image, size[::-1], kind, color=9 if channels == 1 else (9, 9, 9))
                add(channels, padded, mode="contain", fillValue=9, **shape)
    for size in [(7, 5), (4, 17)]:
        area = cv2.resize(noise(3), size[::-1], interpolation=cv2.INTER_AREA)
        add(3, area, size=list(size), interpolation="area", peer="opencv")
    return results


def by_tensorflow():
    import tensorflow as tf

    results = []
    for name in ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"]:
        for antialias in [False, True]:
            if antialias and name in ("nearest", "area"):
                continue
            # Where an image grows, antialiasing changes nothing.
            for size in [(7, 5), (13, 6)] if antialias else [(7, 5), (20, 31)]:
                values = noise(3).astype("f4")
                resized = tf.image.resize(values, size, method=name, antialias=antialias).numpy()
                options = dict(size=list(size), interpolation=name, antialias=antialias)
                text = base64.b64encode(resized.astype("<f4").tobytes()).decode()
                results.append({"channels": 3, "options": options, "data": text})
    return results


if __name__ == "__main__":
    folder = Path(__file__).parent
    if sys.argv[1] == "pillow":
        name, results = "resized.json", by_pillow()
    else:
        name, results = "resized-tensorflow.json", by_tensorflow()
    (folder / name).write_text("[\n" + ",\n".join(json.dumps(one) for one in results) + "\n]\n")
