"""Makes the fixtures of keras.test.ts with Keras 3.15 on JAX, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 "jax[cpu]==0.10.2"
    venv/bin/python make.py

Inputs and first weights come from shared_numbers.py, so a fixture holds results only.
"""

import itertools
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["COLUMNS"] = "100"  # tables are cut to the terminal's width

import jax
import keras
import numpy

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded


def layer(kind, **options):
    return {"kind": kind, "options": options}


FITS = {
    "same padding at stride 2, batch normalisation and an average pool": {
        "inputShape": [9, 8, 3],
        "batch": 4,
        "loss": "sparseCategoricalCrossentropy",
        "optimizer": {"name": "adam", "options": {"learningRate": 0.01}},
        "layers": [
            layer("conv2d", filters=5, kernelSize=[3, 4], strides=2, padding="same", useBias=False),
            layer("batchNormalization"),
            layer("activation", activation="relu"),
            layer("averagePooling2d", poolSize=2, padding="same"),
            layer("flatten"),
            layer("dense", units=3, activation="softmax"),
        ],
    },
    "groups, dilation and a maximum pool, to yes or no": {
        "inputShape": [7, 9, 4],
        "batch": 4,
        "loss": "binaryCrossentropy",
        "optimizer": {
            "name": "sgd",
            "options": {"learningRate": 0.1, "momentum": 0.9, "nesterov": True},
        },
        "layers": [
            layer("conv2d", filters=4, kernelSize=3, groups=2, activation="tanh", padding="same"),
            layer("maxPooling2d", poolSize=3, strides=2, padding="same"),
            layer("conv2d", filters=6, kernelSize=2, dilationRate=2, activation="relu"),
            layer("globalAveragePooling2d"),
            layer("batchNormalization", momentum=0.8, epsilon=0.01, center=False),
            layer("dense", units=1, activation="sigmoid"),
        ],
    },
    "one-hot rows from a sigmoid layer, which are not logits": {
        "inputShape": [4, 4, 2],
        "batch": 4,
        "loss": "categoricalCrossentropy",
        "optimizer": {"name": "sgd", "options": {"learningRate": 0.05, "momentum": 0.5}},
        "layers": [
            layer("conv2d", filters=4, kernelSize=2, activation="exponential"),
            layer("averagePooling2d", poolSize=2, strides=1),
            layer("flatten"),
            layer("dense", units=4, activation="sigmoid"),
        ],
    },
    "numbers": {
        "inputShape": [5, 5, 1],
        "batch": 4,
        "loss": "meanSquaredError",
        "optimizer": {"name": "sgd", "options": {}},
        "layers": [
            layer("conv2d", filters=3, kernelSize=3, activation="sigmoid"),
            layer("globalAveragePooling2d", keepDimensions=True),
            layer("flatten"),
            layer("dense", units=2, useBias=False),
        ],
    },
}
TRAINING, VALIDATION, EPOCHS = 10, 7, 2

MNIST = [
    layer("conv2d", filters=32, kernelSize=3, activation="relu"),
    layer("maxPooling2d", poolSize=2),
    layer("conv2d", filters=64, kernelSize=3, activation="relu"),
    layer("maxPooling2d", poolSize=2),
    layer("conv2d", filters=64, kernelSize=3, activation="relu"),
    layer("flatten"),
    layer("dense", units=64, activation="relu"),
    layer("dropout", rate=0.5),
    layer("dense", units=10, activation="softmax"),
]
NORMALISED = [
    layer("conv2d", filters=16, kernelSize=5, strides=2, padding="same", useBias=False),
    layer("batchNormalization"),
    layer("activation", activation="relu"),
    layer("averagePooling2d", poolSize=2, padding="same"),
    layer("batchNormalization"),
    layer("globalAveragePooling2d"),
    layer("dense", units=3, activation="softmax"),
]

CLASSES = {
    "conv2d": keras.layers.Conv2D,
    "maxPooling2d": keras.layers.MaxPooling2D,
    "averagePooling2d": keras.layers.AveragePooling2D,
    "globalAveragePooling2d": keras.layers.GlobalAveragePooling2D,
    "batchNormalization": keras.layers.BatchNormalization,
    "flatten": keras.layers.Flatten,
    "dense": keras.layers.Dense,
    "activation": keras.layers.Activation,
    "dropout": keras.layers.Dropout,
}
OPTIONS = {
    "kernelSize": "kernel_size",
    "poolSize": "pool_size",
    "dilationRate": "dilation_rate",
    "useBias": "use_bias",
    "keepDimensions": "keepdims",
    "learningRate": "learning_rate",
}
LOSSES = {
    "sparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "categoricalCrossentropy": keras.losses.CategoricalCrossentropy,
    "binaryCrossentropy": keras.losses.BinaryCrossentropy,
    "meanSquaredError": keras.losses.MeanSquaredError,
}


def keras_options(options):
    return {OPTIONS.get(name, name): value for name, value in options.items()}


def model_of(input_shape, layers):
    keras.utils.clear_session()
    model = keras.Sequential(
        [
            keras.Input(input_shape),
            *(CLASSES[one["kind"]](**keras_options(one["options"])) for one in layers),
        ]
    )
    index = 0
    for one in model.layers:
        # Fovea lists weights as Keras does within a layer: learned ones, then statistics.
        values = [
            shared_numbers.weight_values(index + i, weight.name, weight.shape)
            for i, weight in enumerate(one.weights)
        ]
        one.set_weights(values)
        index += len(values)
    return model


def answers_of(loss, count, outputs):
    if loss == "sparseCategoricalCrossentropy":
        return shared_numbers.classes(2, count, outputs)
    if loss == "categoricalCrossentropy":
        return numpy.eye(outputs)[shared_numbers.classes(2, count, outputs)]
    if loss == "binaryCrossentropy":
        return shared_numbers.classes(2, count * outputs, 2).astype(float).reshape(count, outputs)
    return shared_numbers.uniform(2, [count, outputs], -1, 1)


def fit(spec):
    """Two epochs with a partial last batch, validated on other examples."""
    model = model_of(spec["inputShape"], spec["layers"])
    x = shared_numbers.uniform(1, [TRAINING + VALIDATION, *spec["inputShape"]], -1, 1)
    y = answers_of(spec["loss"], TRAINING + VALIDATION, model.output_shape[-1])
    settings = spec["optimizer"]
    optimizer = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[settings["name"]]
    model.compile(
        optimizer=optimizer(**keras_options(settings["options"])),
        loss=LOSSES[spec["loss"]](),
        metrics=["accuracy"],
    )
    history = model.fit(
        x[:TRAINING],
        y[:TRAINING],
        batch_size=spec["batch"],
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        validation_data=(x[TRAINING:], y[TRAINING:]),
    )
    names = [f"{one.name}/{weight.name}" for one in model.layers for weight in one.weights]
    weights = [weight for one in model.layers for weight in one.get_weights()]
    return {
        "network": {"inputShape": spec["inputShape"], "layers": spec["layers"]},
        "batch": spec["batch"],
        "loss": spec["loss"],
        "optimizer": settings,
        "epochs": EPOCHS,
        "training": TRAINING,
        "validation": VALIDATION,
        "history": {name: rounded(values) for name, values in sorted(history.history.items())},
        "weights": {name: rounded(value) for name, value in zip(names, weights)},
        "predictions": rounded(model.predict(x[TRAINING:], verbose=0)),
    }


ROWS = {
    "probabilities": [[0.7, 0.2, 0.1], [0.05, 0.9, 0.05], [1 / 3, 1 / 3, 1 / 3]],
    "certain and impossible": [[1, 0, 0], [0, 1, 0], [1e-9, 1e-4, 1]],
    "rows that do not add up to 1": [[2, 1, 1], [0.1, 0.2, 0.1], [5, 1e-8, 0.3]],
}
LOGITS = {
    "logits": [[1.5, -0.5, 0.25], [-3, 4, 0.5], [0, 0, 0]],
    "far logits": [[40, -40, 3], [-90, 0, 25], [60, 60, -60]],
}
LABELS = [0, 1, 1]
ONE_HOT = [[1, 0, 0], [0, 1, 0], [0.25, 0.5, 0.25]]
YES_OR_NO = [[1, 0, 1], [0, 1, 0], [1, 0.25, 1]]


def losses():
    """Each loss for each example, and the gradient of their sum."""
    cases = []
    answers = {
        "sparseCategoricalCrossentropy": LABELS,
        "categoricalCrossentropy": ONE_HOT,
        "binaryCrossentropy": YES_OR_NO,
        "meanSquaredError": ONE_HOT,
    }
    for name, make in LOSSES.items():
        for from_logits, table in ((False, ROWS), (True, LOGITS)):
            if from_logits and name == "meanSquaredError":
                continue
            for title, results in table.items():
                options = {"from_logits": True} if from_logits else {}
                loss = make(reduction=None, **options)
                y = numpy.array(answers[name], dtype="int32" if "sparse" in name else "float64")
                x = numpy.array(results, dtype="float32").astype("float64")
                gradient = jax.grad(lambda values: loss(y, values).sum())(x)
                cases.append(
                    {
                        "loss": name,
                        "title": title,
                        "fromLogits": from_logits,
                        "targets": answers[name],
                        "results": rounded(x),
                        "values": rounded(loss(y, x)),
                        "gradient": rounded(gradient),
                    }
                )
    return cases


def accuracies():
    """What "accuracy" means for shapes of answers and results."""
    kinds = {
        "class numbers": (keras.metrics.SparseCategoricalAccuracy, [6], [6, 4]),
        "one-hot rows": (keras.metrics.CategoricalAccuracy, [6, 4], [6, 4]),
        "one result": (keras.metrics.BinaryAccuracy, [6, 1], [6, 1]),
        "rows for each pixel": (keras.metrics.CategoricalAccuracy, [6, 3, 2, 4], [6, 3, 2, 4]),
        "one result for each pixel": (keras.metrics.BinaryAccuracy, [6, 3, 2, 1], [6, 3, 2, 1]),
    }
    cases = []
    for title, (metric, answer_shape, result_shape) in kinds.items():
        results = shared_numbers.uniform(7, result_shape, 0, 1)
        if metric is keras.metrics.BinaryAccuracy:
            answers = shared_numbers.classes(8, int(numpy.prod(answer_shape)), 2)
            answers = answers.astype(float).reshape(answer_shape)
        elif title == "class numbers":
            answers = shared_numbers.classes(8, 6, 4)
        else:
            labels = shared_numbers.classes(8, int(numpy.prod(answer_shape[:-1])), 4)
            answers = numpy.eye(4)[labels].reshape(answer_shape)
        value = metric()
        value.update_state(answers, results)
        cases.append(
            {
                "title": title,
                "answerShape": answer_shape,
                "targets": [int(answer) for answer in answers.ravel()],
                "resultShape": result_shape,
                "accuracy": float(value.result()),
            }
        )
    return cases


def shapes():
    """[size, taps, stride, dilation, same, result of a convolution, of a pool]; 0: refused."""
    table = []
    for size, taps, stride, dilation, same in itertools.product(
        range(1, 10), range(1, 5), range(1, 4), (1, 2), (0, 1)
    ):
        if stride > 1 and dilation > 1:
            continue
        moves = {"strides": stride, "padding": "same" if same else "valid"}
        convolution = keras.layers.Conv2D(1, taps, dilation_rate=dilation, **moves)
        pool = keras.layers.MaxPooling2D(taps, **moves)
        results = [result_size(convolution, size), result_size(pool, size)]
        table.append([size, taps, stride, dilation, same, *results])
    return table


def result_size(one, size):
    try:
        result = one.compute_output_shape((1, size, size, 1))[1]
        return max(0, result)
    except ValueError:
        return 0


INITIALIZERS = {
    "zeros": keras.initializers.Zeros,
    "ones": keras.initializers.Ones,
    "glorotUniform": keras.initializers.GlorotUniform,
    "glorotNormal": keras.initializers.GlorotNormal,
    "heUniform": keras.initializers.HeUniform,
    "heNormal": keras.initializers.HeNormal,
    "lecunUniform": keras.initializers.LecunUniform,
    "lecunNormal": keras.initializers.LecunNormal,
}


def initializers():
    """Mean square and largest size of many draws."""
    table = []
    for name, make in INITIALIZERS.items():
        for shape in ([3, 3, 24, 100], [200, 100]):
            one = make() if name in ("zeros", "ones") else make(seed=1)
            values = numpy.asarray(one(shape))
            table.append(
                {
                    "name": name,
                    "shape": shape,
                    "deviation": float(f"{values.std():.4g}"),
                    "largest": float(f"{numpy.abs(values).max():.4g}"),
                }
            )
    return table


SCHEDULES = [
    {"initialLearningRate": 0.1, "decaySteps": 10},
    {"initialLearningRate": 0.1, "decaySteps": 10, "alpha": 0.25},
    {"initialLearningRate": 0.01, "decaySteps": 8, "warmupTarget": 0.2, "warmupSteps": 4},
    {"initialLearningRate": 0, "decaySteps": 6, "warmupTarget": 0.2, "warmupSteps": 3},
    {"initialLearningRate": 0.1, "decaySteps": 5, "warmupSteps": 4},
    {"initialLearningRate": 0.1, "decaySteps": 5, "warmupTarget": 0.3},
]


def schedules():
    """The rate of the first steps, beyond the end of the fall."""
    snake = {
        "initialLearningRate": "initial_learning_rate",
        "decaySteps": "decay_steps",
        "warmupTarget": "warmup_target",
        "warmupSteps": "warmup_steps",
    }
    table = []
    for options in SCHEDULES:
        named = {snake.get(name, name): float(value) for name, value in options.items()}
        for name in ("decay_steps", "warmup_steps"):
            if name in named:
                named[name] = int(named[name])
        rate = keras.optimizers.schedules.CosineDecay(**named)
        rates = rounded([float(rate(float(step))) for step in range(15)])
        table.append({"options": options, "rates": rates})
    return table


def summary(input_shape, layers):
    lines = []
    model_of(input_shape, layers).summary(print_fn=lines.append)
    return {
        "network": {"inputShape": input_shape, "layers": layers},
        "text": "\n".join(lines).split("\n"),
    }


def main():
    fits = {name: fit(spec) for name, spec in FITS.items()}
    shared_numbers.write(here / "fits.json", fits)
    keras.config.set_floatx("float32")
    summaries = {
        "mnist": summary([28, 28, 1], MNIST),
        "normalised": summary([32, 32, 3], NORMALISED),
    }
    keras.config.set_floatx("float64")
    rules = {
        "losses": losses(),
        "accuracies": accuracies(),
        "initializers": initializers(),
        "schedules": schedules(),
        "summaries": summaries,
        "shapes": shapes(),
    }
    shared_numbers.write(here / "rules.json", rules)


main()
