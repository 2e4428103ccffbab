"""Small files as SVHN publishes them, written by SciPy: python make_matlab.py (needs scipy and numpy).

X is [row, column, channel, image] in bytes, y the digits in doubles, 10 for 0; compressed as the published ones.
"""

import os

import numpy as np
from scipy.io import savemat

here = os.path.dirname(os.path.abspath(__file__))


def images(count):
    row, column, channel, image = np.meshgrid(
        np.arange(32), np.arange(32), np.arange(3), np.arange(count), indexing="ij"
    )
    return ((row * 7 + column * 3 + channel * 50 + image * 11) % 256).astype(np.uint8)


def write(name, count, first, **options):
    labels = (np.arange(first, first + count, dtype=np.float64) - 1) % 10 + 1
    content = {"X": images(count), "y": labels[:, None], "note": "not of numbers"}
    savemat(os.path.join(here, name), content, **options)


write("svhn-train.mat", 12, 1, do_compression=True)
write("svhn-test.mat", 2, 10, do_compression=False)
