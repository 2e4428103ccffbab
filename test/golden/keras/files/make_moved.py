"""Makes moved.keras and moved.json for keras-moved-file.test.ts, with Keras 3.15 on TensorFlow 2.21.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    venv/bin/python make_moved.py

With a path behind it, the script loads a file that Fovea saved and checks that it predicts the same.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent.parent))
import shared_numbers  # noqa: E402

SHAPE = [12, 12, 1]
x = numpy.array(shared_numbers.uniform(7, [4, *SHAPE], -1, 1), "float32").reshape([4, *SHAPE])

if len(sys.argv) > 1:
    model = keras.saving.load_model(sys.argv[1])
    expected = json.loads((here / "moved.json").read_text())["predictions"]
    error = numpy.abs(model.predict(x, verbose=0).reshape(-1) - expected).max()
    print([type(layer).__name__ for layer in model.layers], "differs by", error)
    sys.exit(int(error > 1e-5))

layers = keras.layers
model = keras.Sequential(
    [
        keras.Input(SHAPE),
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1, fill_mode="nearest"),
        layers.RandomTranslation(0.1, (-0.2, 0.1), fill_mode="constant", fill_value=0.5),
        layers.RandomZoom(0.2, interpolation="nearest", seed=5),
        layers.RandomShear(0.3, (0.1, 0.2)),
        layers.RandomCrop(12, 12),
        layers.RandomPerspective(0.4, 0.3),
        layers.RandomElasticTransform(0.5, (0.2, 0.4), fill_mode="mirror", value_range=(-1, 1)),
        layers.Conv2D(2, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ]
)
keras.utils.set_random_seed(3)
for i, weight in enumerate(model.weights):
    weight.assign(shared_numbers.uniform(60 + i, weight.shape, -0.4, 0.4))
model.save(here / "moved.keras")
predictions = [round(float(value), 7) for value in model.predict(x, verbose=0).reshape(-1)]
configs = [layer.get_config() for layer in model.layers if layer.name.startswith("random")]
(here / "moved.json").write_text(
    json.dumps({"predictions": predictions, "configs": configs}, separators=(",", ":")) + "\n"
)
