"""Makes the fixtures of optimizers.test.ts with Keras 3.15 on TensorFlow 2.21, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21
    venv/bin/python make.py

Inputs and first weights come from shared_numbers.py, so a fixture holds results only.
"""

import os
import pathlib
import re
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded

# Names that are not Fovea's in other letters.
NAMES = {
    "clipValue": "clipvalue",
    "clipNorm": "clipnorm",
    "globalClipNorm": "global_clipnorm",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "minimum": "minval",
    "maximum": "maxval",
    "tMul": "t_mul",
    "mMul": "m_mul",
}
OPTIMIZERS = {
    "adadelta": keras.optimizers.Adadelta,
    "adagrad": keras.optimizers.Adagrad,
    "adam": keras.optimizers.Adam,
    "adamW": keras.optimizers.AdamW,
    "adamax": keras.optimizers.Adamax,
    "lamb": keras.optimizers.Lamb,
    "lion": keras.optimizers.Lion,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": keras.optimizers.SGD,
}
SCHEDULES = {
    "cosineDecay": keras.optimizers.schedules.CosineDecay,
    "cosineDecayRestarts": keras.optimizers.schedules.CosineDecayRestarts,
    "exponentialDecay": keras.optimizers.schedules.ExponentialDecay,
    "inverseTimeDecay": keras.optimizers.schedules.InverseTimeDecay,
    "piecewiseConstantDecay": keras.optimizers.schedules.PiecewiseConstantDecay,
    "polynomialDecay": keras.optimizers.schedules.PolynomialDecay,
}
REGULARIZERS = {
    "l1": keras.regularizers.L1,
    "l2": keras.regularizers.L2,
    "l1L2": keras.regularizers.L1L2,
    "orthogonal": keras.regularizers.OrthogonalRegularizer,
}
CONSTRAINTS = {
    "maxNorm": keras.constraints.MaxNorm,
    "minMaxNorm": keras.constraints.MinMaxNorm,
    "nonNeg": keras.constraints.NonNeg,
    "unitNorm": keras.constraints.UnitNorm,
}


def snake(name):
    return NAMES.get(name, re.sub(r"([A-Z])", lambda letter: "_" + letter[1].lower(), name))


def keras_options(options):
    return {snake(name): value for name, value in options.items()}


DECAY = {"initialLearningRate": 0.3, "decaySteps": 2, "decayRate": 0.5}
# What is special to each optimizer, at rates at which six steps are seen.
OWN = {
    "adadelta": [{"learningRate": 1.0}, {"learningRate": 1.0, "rho": 0.5, "epsilon": 1e-3}],
    "adagrad": [{"learningRate": 0.1}, {"learningRate": 0.1, "initialAccumulatorValue": 0}],
    "adam": [
        {"learningRate": 0.01},
        {"learningRate": 0.05, "beta1": 0.5, "beta2": 0.75, "epsilon": 0.01},
        {"learningRate": 0.05, "beta2": 0.5, "amsgrad": True},
    ],
    "adamW": [{"learningRate": 0.01}, {"learningRate": 0.01, "weightDecay": 0.5, "amsgrad": True}],
    "adamax": [{"learningRate": 0.01}, {"learningRate": 0.05, "beta1": 0.5, "beta2": 0.75}],
    "lamb": [{"learningRate": 0.01}, {"learningRate": 0.05, "beta1": 0.5, "epsilon": 0.01}],
    "lion": [{"learningRate": 0.01}, {"learningRate": 0.01, "beta1": 0.3, "beta2": 0.5}],
    "nadam": [{"learningRate": 0.01}, {"learningRate": 0.05, "beta1": 0.5, "beta2": 0.75}],
    "rmsprop": [
        {"learningRate": 0.01},
        {"learningRate": 0.01, "rho": 0.5, "momentum": 0.9},
        {"learningRate": 0.01, "rho": 0.5, "momentum": 0.5, "centered": True, "epsilon": 1e-3},
    ],
    "sgd": [
        {"learningRate": 0.1},
        {"learningRate": 0.1, "momentum": 0.9},
        {"learningRate": 0.1, "momentum": 0.9, "nesterov": True},
        {"learningRate": {"name": "exponentialDecay", "options": DECAY}, "weightDecay": 0.3},
        {
            "learningRate": {"name": "exponentialDecay", "options": DECAY},
            "gradientAccumulationSteps": 2,
            "weightDecay": 0.3,
        },
    ],
}
# What all have.
COMMON = [
    {"weightDecay": 0.3},
    {"weightDecay": 0.3, "excludeFromWeightDecay": ["bias"]},
    {"clipValue": 0.05},
    {"clipNorm": 0.1},
    {"globalClipNorm": 0.1},
    {"useEma": True},
    {"useEma": True, "emaMomentum": 0.5, "emaOverwriteFrequency": 2},
    {"gradientAccumulationSteps": 2},
    {"gradientAccumulationSteps": 4, "clipNorm": 0.1, "weightDecay": 0.3},
    {"gradientAccumulationSteps": 2, "useEma": True, "emaMomentum": 0.5, "emaOverwriteFrequency": 3},
]
EXAMPLES, BATCH, EPOCHS, INPUTS, UNITS = 7, 3, 2, 3, 2


def first_weights():
    return [
        shared_numbers.weight_values(0, "kernel", [INPUTS, UNITS]),
        shared_numbers.weight_values(1, "bias", [UNITS]),
    ]


def examples():
    x = shared_numbers.uniform(1, [EXAMPLES, INPUTS], -1, 1)
    return x, shared_numbers.uniform(2, [EXAMPLES, UNITS], -1, 1)


def fitted(dense, optimizer):
    """Six steps of a small model: its losses, weights and slots."""
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input([INPUTS]), dense()])
    model.layers[0].set_weights(first_weights())
    model.compile(optimizer=optimizer, loss="mean_squared_error")
    x, y = examples()
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    return model, history.history["loss"]


def dense(**options):
    return lambda: keras.layers.Dense(UNITS, activation="tanh", name="dense", **options)


def optimizer_case(name, options):
    kept = {key: value for key, value in options.items() if key != "excludeFromWeightDecay"}
    if isinstance(kept["learningRate"], dict):
        rate = kept["learningRate"]
        kept["learningRate"] = SCHEDULES[rate["name"]](**keras_options(rate["options"]))
    optimizer = OPTIMIZERS[name](**keras_options(kept))
    for beta in ("beta_1", "beta_2"):
        # Nadam and Lion make tensors of them, and TensorFlow makes f32 of Python's numbers: then
        # 1 - 0.999 is wrong in its fifth digit.
        if hasattr(optimizer, beta):
            setattr(optimizer, beta, numpy.float64(getattr(optimizer, beta)))
    if "excludeFromWeightDecay" in options:
        optimizer.exclude_from_weight_decay(var_names=options["excludeFromWeightDecay"])
    model, losses = fitted(dense(), optimizer)
    slots = {}
    for variable in optimizer.variables:
        found = re.search(r"dense_(kernel|bias)_(\w+)$", variable.path)
        if found:
            slots[f"dense/{found[1]}/{found[2]}"] = rounded(variable.numpy())
    kernel, bias = model.layers[0].get_weights()
    return {
        "name": name,
        "options": options,
        "loss": rounded(losses),
        "weights": {"dense/kernel": rounded(kernel), "dense/bias": rounded(bias)},
        "slots": dict(sorted(slots.items())),
    }


def optimizers():
    return [
        optimizer_case(name, options)
        for name in OPTIMIZERS
        for options in [*OWN[name], *({**OWN[name][0], **common} for common in COMMON)]
    ]


RATES = [
    ("cosineDecay", {"initialLearningRate": 0.1, "decaySteps": 10, "alpha": 0.25}),
    (
        "cosineDecay",
        {"initialLearningRate": 0.01, "decaySteps": 8, "warmupTarget": 0.2, "warmupSteps": 4},
    ),
    ("cosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 4}),
    (
        "cosineDecayRestarts",
        {"initialLearningRate": 0.1, "firstDecaySteps": 5, "tMul": 1, "mMul": 0.7, "alpha": 0.1},
    ),
    (
        "cosineDecayRestarts",
        {"initialLearningRate": 0.1, "firstDecaySteps": 3, "tMul": 1.5, "mMul": 0.9},
    ),
    ("exponentialDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5}),
    (
        "exponentialDecay",
        {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5, "staircase": True},
    ),
    ("inverseTimeDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5}),
    (
        "inverseTimeDecay",
        {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5, "staircase": True},
    ),
    ("piecewiseConstantDecay", {"boundaries": [4, 9, 20], "values": [0.1, 0.05, 0.2, 0.01]}),
    ("piecewiseConstantDecay", {"boundaries": [5], "values": [0.1, 0.05]}),
    ("polynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 10}),
    (
        "polynomialDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0.01, "power": 2.5},
    ),
    (
        "polynomialDecay",
        {"initialLearningRate": 0.1, "decaySteps": 10, "power": 0.5, "cycle": True},
    ),
]
STEPS = [*range(32), 47, 48, 100, 1000, 12345]


def schedules():
    """The rate of many steps, far beyond the end."""
    table = []
    for name, options in RATES:
        rate = SCHEDULES[name](**keras_options(options))
        rates = [float(rate(numpy.float64(step))) for step in STEPS]
        table.append({"name": name, "options": options, "steps": STEPS, "rates": rounded(rates)})
    return table


ASKED = [
    {"kernelRegularizer": {"name": "l1"}},
    {"kernelRegularizer": {"name": "l2"}},
    {"kernelRegularizer": {"name": "l1L2", "options": {"l1": 0.02, "l2": 0.3}}},
    {"kernelRegularizer": {"name": "l1L2"}},
    {"kernelRegularizer": {"name": "orthogonal", "options": {"factor": 0.5}}},
    {"kernelRegularizer": {"name": "orthogonal", "options": {"factor": 0.5, "mode": "columns"}}},
    {"biasRegularizer": {"name": "l2", "options": {"l2": 0.5}}},
    {"activityRegularizer": {"name": "l1", "options": {"l1": 0.1}}},
    {"activityRegularizer": {"name": "l2", "options": {"l2": 0.1}}},
    {
        "kernelRegularizer": {"name": "l2", "options": {"l2": 0.1}},
        "biasRegularizer": {"name": "l1", "options": {"l1": 0.1}},
        "activityRegularizer": {"name": "l1L2", "options": {"l1": 0.1, "l2": 0.2}},
    },
    {"kernelConstraint": {"name": "maxNorm", "options": {"maxValue": 0.9}}},
    {"kernelConstraint": {"name": "maxNorm", "options": {"maxValue": 0.5, "axis": 1}}},
    {"kernelConstraint": {"name": "maxNorm", "options": {"maxValue": 0.5, "axis": [0, 1]}}},
    {"kernelConstraint": {"name": "minMaxNorm", "options": {"minValue": 1.5, "maxValue": 2}}},
    {
        "kernelConstraint": {
            "name": "minMaxNorm",
            "options": {"minValue": 0.1, "maxValue": 0.5, "rate": 0.3, "axis": 1},
        }
    },
    {"kernelConstraint": {"name": "nonNeg"}, "biasConstraint": {"name": "nonNeg"}},
    {"kernelConstraint": {"name": "unitNorm"}, "biasConstraint": {"name": "maxNorm"}},
    {
        "kernelConstraint": {"name": "unitNorm", "options": {"axis": [0, 1]}},
        "kernelRegularizer": {"name": "l2", "options": {"l2": 0.1}},
    },
]


def layer_options():
    """The same six steps where weights and results are regularized or constrained."""
    table = []
    for asked in ASKED:
        options = {}
        for option, setting in asked.items():
            kinds = CONSTRAINTS if "Constraint" in option else REGULARIZERS
            one = kinds[setting["name"]](**keras_options(setting.get("options", {})))
            if setting["name"] == "orthogonal":
                one.factor = float(one.factor)  # it is kept as f32, which f64 does not mix with
            options[snake(option)] = one
        optimizer = keras.optimizers.SGD(0.1, momentum=0.5)
        model, losses = fitted(dense(**options), optimizer)
        x, y = examples()
        kernel, bias = model.layers[0].get_weights()
        table.append(
            {
                "options": asked,
                "loss": rounded(losses),
                "evaluated": rounded([model.evaluate(x, y, batch_size=BATCH, verbose=0)])[0],
                "weights": {"dense/kernel": rounded(kernel), "dense/bias": rounded(bias)},
            }
        )
    return table


INITIALIZERS = [
    ("constant", {"value": -0.7}),
    ("randomNormal", {}),
    ("randomNormal", {"mean": 1, "stddev": 0.25}),
    ("randomUniform", {}),
    ("randomUniform", {"minimum": 1, "maximum": 3}),
    ("truncatedNormal", {}),
    ("truncatedNormal", {"mean": -1, "stddev": 0.5}),
    ("varianceScaling", {}),
    ("varianceScaling", {"scale": 3, "mode": "fan_out", "distribution": "uniform"}),
    ("varianceScaling", {"mode": "fan_avg", "distribution": "untruncated_normal"}),
    ("orthogonal", {}),
    ("orthogonal", {"gain": 2}),
    ("identity", {"gain": 3}),
]
KERAS_INITIALIZERS = {
    "constant": keras.initializers.Constant,
    "randomNormal": keras.initializers.RandomNormal,
    "randomUniform": keras.initializers.RandomUniform,
    "truncatedNormal": keras.initializers.TruncatedNormal,
    "varianceScaling": keras.initializers.VarianceScaling,
    "orthogonal": keras.initializers.Orthogonal,
    "identity": keras.initializers.Identity,
}
MODES = {"fan_in": "fanIn", "fan_out": "fanOut", "fan_avg": "fanAverage"}
DISTRIBUTIONS = {"untruncated_normal": "untruncatedNormal", "uniform": "uniform"}


def fovea_value(value):
    return {**MODES, **DISTRIBUTIONS}.get(value, value)


def initializers():
    """Mean, deviation and ends of many draws."""
    table = []
    for name, options in INITIALIZERS:
        for shape in ([3, 3, 24, 100], [200, 100], [60, 300]):
            if name == "identity" and len(shape) != 2:
                continue
            seed = {} if name in ("constant", "identity") else {"seed": 1}
            one = KERAS_INITIALIZERS[name](**keras_options(options), **seed)
            values = numpy.asarray(one(shape), dtype="float64")
            table.append(
                {
                    "name": name,
                    "options": {key: fovea_value(value) for key, value in options.items()},
                    "shape": shape,
                    "mean": float(f"{values.mean():.4g}"),
                    "deviation": float(f"{values.std():.4g}"),
                    "smallest": float(f"{values.min():.4g}"),
                    "largest": float(f"{values.max():.4g}"),
                }
            )
    return table


if __name__ == "__main__":
    shared_numbers.write(
        here / "optimizers.json",
        {
            "setup": {
                "examples": EXAMPLES,
                "batch": BATCH,
                "epochs": EPOCHS,
                "inputs": INPUTS,
                "units": UNITS,
            },
            "optimizers": optimizers(),
            "schedules": schedules(),
            "layers": layer_options(),
            "initializers": initializers(),
        },
    )
