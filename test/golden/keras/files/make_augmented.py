"""Writes augmented.keras, a model with Keras's layers that change images, as arguments and in a pipeline, with
what it predicts: augmented.json.

    KERAS_BACKEND=tensorflow python test/golden/keras/files/make_augmented.py
"""

import json
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np

here = Path(__file__).parent
sys.path.insert(0, str(here.parents[1]))
import shared_numbers  # noqa: E402

layers = keras.layers
RANGE = {"value_range": (-1, 1)}

pipeline = layers.Pipeline(
    [
        layers.RandomGrayscale(0.3),
        layers.Rescaling(0.5, offset=[0.1, 0.2, 0.3]),
        layers.Resizing(12, 10, pad_to_aspect_ratio=True),
        layers.CenterCrop(11, 9),
        # Keras 3.15 takes it for a cycle where it stands in a model itself.
        layers.Equalization(bins=64, **RANGE),
    ],
    name="first",
)

row = [
    keras.Input((16, 14, 3)),
    pipeline,
    layers.RandomBrightness(0.2, **RANGE, seed=3),
    layers.RandomContrast((0.1, 0.3), **RANGE),
    layers.RandomSaturation((0.4, 0.6), **RANGE),
    layers.RandomHue(0.1, **RANGE),
    layers.RandomColorJitter(**RANGE, brightness_factor=0.1, hue_factor=(0.1, 0.2)),
    layers.RandomGrayscale(),
    layers.RandomColorDegeneration(0.4, **RANGE),
    layers.RandomSharpness((0.2, 0.8), **RANGE),
    layers.RandomGaussianBlur(0.5, kernel_size=(3, 5), sigma=(0.1, 2), **RANGE),
    layers.RandomInvert((0.2, 0.4), **RANGE),
    layers.RandomPosterization(4, **RANGE),
    layers.RandomErasing(fill_value=(1, 2, 3), **RANGE),
    layers.RandomErasing(scale=0.2),
    layers.RandAugment(num_ops=3, factor=0.2, **RANGE),
    layers.AugMix(num_chains=2, factor=(0.1, 0.2), all_ops=False, interpolation="nearest", **RANGE),
    layers.MixUp(alpha=0.4),
    layers.CutMix((0.5, 1)),
    layers.Solarization(addition_factor=0.1, threshold_factor=(0.2, 0.4), **RANGE),
    layers.ContrastLimitedAdaptiveHistogramEqualization(
        clip_limit=2.0, tile_grid_size=(2, 3), **RANGE
    ),
    layers.AutoContrast(**RANGE),
    layers.Conv2D(2, 3),
]

model = keras.Sequential(row)
model.set_weights(
    [shared_numbers.uniform(1 + i, w.shape, -0.5, 0.5) for i, w in enumerate(model.weights)]
)
model.save(here / "augmented.keras")
# Keras stores what it could compress.
with zipfile.ZipFile(here / "augmented.keras") as archive:
    parts = {name: archive.read(name) for name in archive.namelist()}
with zipfile.ZipFile(here / "augmented.keras", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, part in parts.items():
        archive.writestr(name, part)
x = np.float32(shared_numbers.uniform(7, (3, 16, 14, 3), -1, 1))
shared_numbers.write(
    here / "augmented.json",
    {
        "keras": keras.__version__,
        "classes": [type(layer).__name__ for layer in model.layers],
        "predictions": shared_numbers.rounded(model.predict(x, verbose=0)),
    },
)
