"""Makes geometry.json, the fixtures of keras-geometry.test.ts, with Keras 3.15.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0 jax scipy
    venv/bin/python make_geometry.py

Each layer runs on two of Keras's backends, NumPy and TensorFlow, in a process of its own. Images and
random draws come from shared_numbers.py, so a fixture holds results only.
"""

import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

BACKENDS = ["numpy", "tensorflow"]
GREY = [7, 9, 1]
COLOUR = [6, 5, 3]


def case(name, shape, batch=2, **options):
    return {"kind": name, "inputShape": shape, "batch": batch, "options": options}


FILLED = dict(fillMode="constant", fillValue=0.5)
CASES = [
    case("randomFlip", COLOUR),
    case("randomFlip", GREY, mode="horizontal"),
    case("randomFlip", GREY, mode="vertical"),
    case("randomRotation", COLOUR, factor=0.3),
    case("randomRotation", GREY, factor=[0.1, 0.4], **FILLED),
    case("randomRotation", GREY, factor=0.4, fillMode="nearest"),
    case("randomRotation", GREY, factor=0.4, fillMode="wrap"),
    case("randomRotation", GREY, factor=0.4, interpolation="nearest"),
    case("randomTranslation", COLOUR, heightFactor=0.4, widthFactor=[-0.1, 0.6]),
    case("randomTranslation", GREY, heightFactor=1, widthFactor=1, fillMode="wrap"),
    case("randomTranslation", GREY, heightFactor=0.4, widthFactor=0, **FILLED),
    case("randomZoom", COLOUR, heightFactor=0.5),
    case("randomZoom", GREY, heightFactor=[0, 1], widthFactor=[-0.7, -0.2], fillMode="nearest"),
    case("randomShear", COLOUR, xFactor=0.4),
    case("randomShear", GREY, xFactor=[0.2, 0.4], yFactor=0.9, **FILLED),
    case("randomCrop", COLOUR, batch=1, height=4, width=3),
    case("randomCrop", GREY, batch=1, height=3, width=8),
    case("randomPerspective", COLOUR, factor=[1, 1], scale=0.4),
    case("randomPerspective", GREY, factor=1, fillValue=0.5, interpolation="nearest"),
    case("randomElasticTransform", GREY, factor=[1, 1], scale=[0.9, 0.9], valueRange=[-1, 1]),
    case("randomElasticTransform", [24, 25, 1], factor=[1, 1], scale=[1, 1], valueRange=[-0.8, 0.9]),
]


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def run():
    """The results of all cases on this process's backend."""
    import keras
    import numpy

    backend = keras.backend.backend()
    draws = {"next": 0, "batch": 1}

    def drawn(shape, span):
        """The next draw; one number for a batch is that of its first example."""
        shape = [int(size) for size in shape]
        whole = shape if shape else [draws["batch"]]
        units = shared_numbers.uniform(40 + draws["next"], whole, *span)
        draws["next"] += 1
        return numpy.array(units, "float32").reshape(whole) if shape else numpy.float32(units[0])

    def uniform(shape=(), minval=0.0, maxval=1.0, **_):
        return keras.ops.convert_to_tensor(minval + (maxval - minval) * drawn(shape, (0, 1)))

    def normal(shape, *_, **__):
        return keras.ops.convert_to_tensor(drawn(shape, (-2, 2)))

    def patched(layer):
        layer.backend.random.uniform = uniform
        if backend == "tensorflow":
            import tensorflow

            tensorflow.random.stateless_normal = normal
        return layer

    class Generator:
        """Stands for NumPy's, from which its backend draws displacements."""

        def normal(self, loc=0.0, scale=1.0, size=()):
            return normal(size) * scale

    if backend == "numpy":
        numpy.random.default_rng = lambda *_: Generator()

    results = []
    for spec in CASES:
        draws.update(next=0, batch=spec["batch"])
        options = {snake(name): value for name, value in spec["options"].items()}
        layer = patched(getattr(keras.layers, spec["kind"][0].upper() + spec["kind"][1:])(**options))
        shape = [spec["batch"], *spec["inputShape"]]
        image = numpy.array(shared_numbers.uniform(1, shape, -1, 1), "float32").reshape(shape)
        result = keras.ops.convert_to_numpy(layer(image, training=True))
        results.append([round(float(value), 6) for value in result.reshape(-1)])
    return results


if len(sys.argv) > 1:
    print(json.dumps(run()))
else:
    results = {}
    for backend in BACKENDS:
        environment = {
            **os.environ,
            "KERAS_BACKEND": backend,
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "TF_ENABLE_ONEDNN_OPTS": "0",
        }
        command = [sys.executable, __file__, "run"]
        output = subprocess.run(command, env=environment, check=True, capture_output=True)
        results[backend] = json.loads(output.stdout)
    fixtures = [
        {**spec, **{backend: results[backend][i] for backend in BACKENDS}}
        for i, spec in enumerate(CASES)
    ]
    lines = ",\n".join(json.dumps(fixture, separators=(",", ":")) for fixture in fixtures)
    (here / "geometry.json").write_text(f"[\n{lines}\n]\n")
