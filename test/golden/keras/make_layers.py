"""Makes layers.json, the fixtures of keras-layers.test.ts, with Keras 3.15 on TensorFlow 2.21, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0
    venv/bin/python make_layers.py

Inputs, weights and random draws come from shared_numbers.py, so a fixture holds results only.
"""

import os
import pathlib
import re
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy
import tensorflow
from keras.src.applications import convnext

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded

BATCH = 2
WIDE = [-4.5, 4.5]


def case(kind, shape, span=(-1.5, 1.5), **options):
    return {"kind": kind, "inputShape": shape, "range": list(span), "options": options}


ACTIVATIONS = [
    "linear", "relu", "relu6", "leakyRelu", "elu", "selu", "gelu", "geluApproximate", "silu",
    "swish", "hardSilu", "hardSwish", "hardSigmoid", "hardTanh", "sigmoid", "logSigmoid", "tanh",
    "softplus", "softsign", "mish", "softmax", "logSoftmax", "exponential", "celu", "squareplus",
    "sparsePlus", "sparseSigmoid", "tanhShrink", "softShrink", "hardShrink",
    "sparsemax",
]

ACTIVATION_LAYERS = [
    {"name": "leakyRelu", "options": {"negativeSlope": 0.1}},
    {"name": "elu", "options": {"alpha": 0.7}},
    {"name": "relu", "options": {"maxValue": 2.5, "negativeSlope": 0.1}},
    {"name": "softmax", "options": {"axis": 1}},
]



def operation(name, *operands, shape=(2, 3, 4), span=(-2, 2), **settings):
    named = {"operands": list(operands)} if operands else {}
    options = {"operation": name, **named, "settings": settings}
    return case("operation", list(shape), span, **options)


ABOVE = (0.1, 3)
OPERATIONS = [
    *(operation(name) for name in [
        "absolute", "ceil", "erf", "exp", "expm1", "floor", "negative", "reciprocal", "sign",
        "square", "tanh", "hardSigmoid", "hardSilu", "hardTanh", "logSigmoid", "relu", "relu6",
        "selu", "sigmoid", "silu", "softplus", "softsign", "sparsePlus", "sparseSigmoid",
        "tanhShrink", "gelu", "elu", "leakyRelu", "softmax", "logSoftmax", "sparsemax", "glu",
    ]),
    *(operation(name, span=ABOVE) for name in ["sqrt", "rsqrt", "log", "log1p", "log2", "log10"]),
    operation("subtract", 1, None),
    operation("multiply", None, 2.5),
    operation("multiply", None, [1, -2, 0.5, 3]),
    operation("add", [[[1], [2], [3]]], None),
    operation("divide", 1, None, span=ABOVE),
    operation("power", None, 3),
    operation("power", None, -2),
    operation("power", None, 0.5, span=ABOVE),
    operation("power", 2, None),
    operation("floorDivide", None, 0.3),
    operation("mod", None, 0.3),
    operation("mod", None, -0.3),
    operation("maximum", None, 0.2),
    operation("minimum", 0.2, None),
    operation("clip", xMin=-0.4, xMax=0.6),
    operation("gelu", approximate=False),
    operation("leakyRelu", negativeSlope=0.1),
    operation("elu", alpha=0.5),
    operation("mean", axis=[1, 2], keepDimensions=True),
    operation("sum", axis=-1),
    operation("max", axis=-1, keepDimensions=True),
    operation("min", axis=2),
    operation("var", axis=1),
    operation("std", axis=[2, 3]),
    operation("softmax", axis=1),
    operation("softmax", axis=[1, 2]),
    operation("logSoftmax", axis=2),
    operation("sparsemax", axis=2),
    operation("glu", axis=1),
    operation("reshape", newShape=[-1, 6, 4]),
    operation("transpose", axes=[0, 3, 1, 2]),
    operation("swapaxes", axis1=1, axis2=-1),
    operation("expandDims", axis=-1),
    operation("squeeze", shape=(1, 3, 1)),
    operation("pad", padWidth=[[0, 0], [1, 0], [0, 2], [0, 0]], constantValues=0.5),
    operation("pad", padWidth=[[0, 0], [1, 1], [2, 1], [0, 0]], mode="reflect"),
    operation("pad", padWidth=[[0, 0], [2, 1], [0, 3], [0, 0]], mode="symmetric"),
    operation("slice", key=":, ::2, 1:", shape=(4, 3, 1)),
    operation("slice", key=":, ..., -1:"),
    operation("slice", key=":, -1, :2"),
    operation("slice", key=":, newaxis, :, 1"),
    operation("repeat", repeats=2, axis=2),
    operation("flip", axis=[1, 3]),
    operation("concatenate", axis=1),
    operation("stack", axis=-1),
]

CASES = [
    *OPERATIONS,
    *(case("activation", [3, 5], (-7, 7), activation=name) for name in ACTIVATIONS),
    *(case("activation", [3, 4], (-4, 4), activation=setting) for setting in ACTIVATION_LAYERS),
    case("relu", [4, 3], WIDE),
    case("relu", [4, 3], WIDE, maxValue=2.5, negativeSlope=0.25, threshold=1),
    case("relu", [4, 3], WIDE, maxValue=6),
    case("relu", [4, 3], WIDE, negativeSlope=0.5),
    case("relu", [4, 3], WIDE, threshold=0.5),
    case("leakyRelu", [4, 3]),
    case("leakyRelu", [4, 3], negativeSlope=0.1),
    case("prelu", [3, 2, 4]),
    case("prelu", [3, 2, 4], sharedAxes=[1, 2]),
    case("elu", [4, 3], WIDE),
    case("elu", [4, 3], WIDE, alpha=0.4),
    case("softmax", [4, 5], WIDE),
    case("softmax", [4, 5, 2], WIDE, axis=1),
    case("softmax", [4, 3, 2], WIDE, axis=[1, 2]),
    case("identity", [4]),
    case("reshape", [4, 3, 2], targetShape=[6, -1]),
    case("permute", [4, 3, 2], dims=[3, 1, 2]),
    case("flatten", [4, 3, 2]),
    case("zeroPadding2d", [3, 4, 2]),
    case("zeroPadding2d", [3, 4, 2], padding=[[1, 0], [2, 3]]),
    case("zeroPadding2d", [3, 4, 2], padding=[0, 2]),
    case("cropping2d", [6, 5, 2], cropping=[[1, 2], [0, 1]]),
    case("cropping2d", [6, 5, 2], cropping=1),
    case("repeatVector", [4], n=3),
    case("zeroPadding1d", [3, 2]),
    case("zeroPadding1d", [3, 2], padding=[2, 0]),
    case("cropping1d", [5, 2]),
    case("cropping1d", [5, 2], cropping=[0, 3]),
    case("upSampling1d", [3, 2], size=3),
    case("upSampling2d", [3, 4, 2]),
    case("upSampling2d", [3, 4, 2], size=[3, 1]),
    case("upSampling2d", [3, 4, 2], size=2, interpolation="bilinear"),
    case("upSampling2d", [3, 4, 2], size=[1, 5], interpolation="bilinear"),
    *(case("upSampling2d", [5, 4, 2], size=[2, 3], interpolation=kind)
      for kind in ["bicubic", "lanczos3", "lanczos5", "area"]),
    *(case("resizing", [9, 7, 2], height=4, width=13, interpolation=kind)
      for kind in ["bicubic", "lanczos3", "lanczos5", "area"]),
    *(case("resizing", [9, 7, 2], height=4, width=3, interpolation=kind, antialias=True)
      for kind in ["bicubic", "lanczos3", "lanczos5"]),
    case("rescaling", [3, 2], scale=0.5, offset=-1),
    case("rescaling", [3, 2], scale=[0.5, 2], offset=[1, -1]),
    case("resizing", [5, 7, 2], height=8, width=4),
    case("resizing", [5, 7, 2], height=3, width=11, interpolation="nearest"),
    case("resizing", [12, 8, 1], height=10, width=5, interpolation="nearest"),
    case("resizing", [9, 7, 2], height=4, width=9, antialias=True),
    case("resizing", [7, 10, 2], height=4, width=4, cropToAspectRatio=True),
    case("resizing", [5, 10, 2], height=4, width=4, padToAspectRatio=True, fillValue=0.5),
    case("centerCrop", [7, 6, 2], height=4, width=3),
    case("centerCrop", [3, 6, 2], height=4, width=3),
    case("conv1d", [9, 4], filters=3, kernelSize=3),
    case("conv1d", [9, 4], filters=6, kernelSize=4, strides=2, padding="same", groups=2),
    case("conv1d", [9, 2], filters=3, kernelSize=3, padding="causal", dilationRate=2),
    case("conv2d", [8, 7, 3], filters=4, kernelSize=[3, 2], strides=[2, 1], padding="same"),
    case("conv2d", [8, 7, 4], filters=6, kernelSize=3, strides=2, groups=2, activation="silu"),
    case("conv2d", [8, 9, 2], filters=3, kernelSize=3, dilationRate=[2, 3], useBias=False),
    case("conv2dTranspose", [4, 5, 3], filters=2, kernelSize=3),
    case("conv2dTranspose", [4, 5, 3], filters=2, kernelSize=3, strides=2, padding="same"),
    case("conv2dTranspose", [4, 3, 2], filters=3, kernelSize=[2, 3], strides=[3, 2]),
    case("conv2dTranspose", [4, 3, 2], filters=3, kernelSize=[2, 4], strides=3),
    case("conv2dTranspose", [3, 4, 2], filters=3, kernelSize=3, strides=2, padding="same",
         outputPadding=1),
    case("conv2dTranspose", [3, 4, 2], filters=3, kernelSize=[3, 4], strides=2, padding="same",
         outputPadding=[0, 1]),
    case("conv2dTranspose", [3, 4, 2], filters=3, kernelSize=4, strides=3, outputPadding=[2, 0],
         activation="relu"),
    # TensorFlow's own has no dilation on a CPU.
    case("conv2dTranspose", [4, 4, 2], filters=3, kernelSize=3, useBias=False),
    case("depthwiseConv2d", [6, 5, 3], kernelSize=3),
    case("depthwiseConv2d", [6, 5, 3], kernelSize=[3, 2], strides=2, padding="same",
         depthMultiplier=2, activation="relu"),
    case("depthwiseConv2d", [7, 6, 2], kernelSize=3, dilationRate=2, useBias=False),
    case("separableConv2d", [6, 5, 3], filters=4, kernelSize=3),
    case("separableConv2d", [6, 5, 3], filters=2, kernelSize=2, strides=2, padding="same",
         depthMultiplier=3, activation="tanh"),
    case("separableConv2d", [7, 6, 2], filters=3, kernelSize=3, dilationRate=2, useBias=False),
    case("separableConv1d", [7, 3], filters=4, kernelSize=3, strides=2, padding="same"),
    case("separableConv1d", [7, 3], filters=2, kernelSize=2, dilationRate=2, depthMultiplier=2,
         activation="tanh"),
    case("dense", [4], units=3, activation="gelu"),
    case("activation", [3, 4], activation="glu"),
    case("dense", [3, 4], units=6, activation="glu"),
    case("conv2d", [3, 4, 2], filters=4, kernelSize=2, activation="glu"),
    case("conv2dTranspose", [3, 3, 2], filters=2, kernelSize=2, activation="glu"),
    case("depthwiseConv2d", [3, 4, 2], kernelSize=2, activation="glu"),
    case("separableConv2d", [3, 4, 2], filters=4, kernelSize=2, activation="glu"),
    case("dense", [4], units=3,
         activation={"name": "leakyRelu", "options": {"negativeSlope": 0.1}}),
    case("layerScale", [2, 3, 4], initValues=0.1, projectionDim=4),
    case("stochasticDepth", [2, 3], dropPathRate=0.4),
    case("activityRegularization", [4], l1=0.1, l2=0.2),
    case("timeDistributed", [2, 4, 3, 2],
         layer={"kind": "conv2d", "options": {"filters": 3, "kernelSize": 2}}),
    case("timeDistributed", [3, 4, 2],
         layer={"kind": "batchNormalization", "options": {"momentum": 0.8}}),
    case("spectralNormalization", [2, 4], layer={"kind": "dense", "options": {"units": 3}}),
    case("spectralNormalization", [4, 5, 2], powerIterations=3,
         layer={"kind": "conv2d", "options": {"filters": 3, "kernelSize": 2, "activation": "tanh"}}),
    case("spectralNormalization", [4, 4, 3],
         layer={"kind": "conv2dTranspose", "options": {"filters": 2, "kernelSize": 3, "strides": 2}}),
    case("spectralNormalization", [4, 5, 3],
         layer={"kind": "depthwiseConv2d", "options": {"kernelSize": 2, "depthMultiplier": 2}}),
    case("dense", [2, 3, 4], units=3),
    case("maxPooling1d", [7, 3]),
    case("maxPooling1d", [7, 3], poolSize=3, strides=2, padding="same"),
    case("averagePooling1d", [7, 3], poolSize=2),
    case("averagePooling1d", [7, 3], poolSize=3, strides=2, padding="same"),
    case("maxPooling2d", [7, 6, 2], poolSize=[3, 2], strides=2, padding="same"),
    case("averagePooling2d", [7, 6, 2], poolSize=[3, 2], strides=2, padding="same"),
    case("averagePooling2d", [7, 6, 2], poolSize=3, strides=1),
    case("globalMaxPooling1d", [5, 3]),
    case("globalAveragePooling1d", [5, 3], keepDimensions=True),
    case("globalMaxPooling2d", [4, 5, 3]),
    case("globalMaxPooling2d", [4, 5, 3], keepDimensions=True),
    case("globalAveragePooling2d", [4, 5, 3]),
    case("adaptiveAveragePooling2d", [7, 6, 2], outputSize=[3, 4]),
    case("adaptiveAveragePooling2d", [6, 4, 2], outputSize=2),
    case("adaptiveMaxPooling2d", [7, 6, 2], outputSize=[3, 4]),
    case("adaptiveMaxPooling2d", [6, 5, 2], outputSize=[2, 1]),
    case("batchNormalization", [4, 3, 5]),
    case("batchNormalization", [4, 3, 5], axis=1, momentum=0.8, epsilon=0.01),
    case("batchNormalization", [4, 3], axis=-2, center=False),
    case("layerNormalization", [4, 3, 5]),
    case("layerNormalization", [4, 3, 5], axis=[1, 3], epsilon=0.01),
    case("layerNormalization", [4, 3], axis=1, center=False),
    case("layerNormalization", [6], scale=False),
    case("groupNormalization", [4, 3, 6], groups=2),
    case("groupNormalization", [4, 3, 6], groups=-1, epsilon=0.01),
    case("groupNormalization", [4, 3, 5], groups=2, axis=1, scale=False),
    case("groupNormalization", [6], groups=1, center=False),
    case("rmsNormalization", [4, 3, 5]),
    case("rmsNormalization", [4, 3], axis=[1, 2], epsilon=0.01),
    case("unitNormalization", [4, 3]),
    case("unitNormalization", [4, 3], axis=1),
    case("dropout", [4, 3], rate=0.4),
    case("dropout", [4, 3, 5], rate=0.4, noiseShape=[None, 1, 3, 1]),
    case("spatialDropout1d", [3, 5], rate=0.4),
    case("spatialDropout2d", [3, 2, 5], rate=0.4),
    case("gaussianNoise", [4, 3], stddev=0.3),
    case("gaussianDropout", [4, 3], rate=0.3),
    case("alphaDropout", [4, 3], rate=0.3),
    case("alphaDropout", [4, 3], rate=0.3, noiseShape=[None, 4, 1]),
]

NORMALIZATIONS = [
    case("normalization", [4, 3]),
    case("normalization", [4, 3, 2], axis=[1, 3]),
    case("normalization", [4, 3], axis=None),
    case("normalization", [3], invert=True),
    case("normalization", [4, 2], mean=[0.5, -1], variance=[4, 0.25]),
    case("normalization", [4, 2], mean=0.5, variance=0),
    case("normalization", [4, 3, 2], axis=[1, 3], mean=[0.5, -1], variance=[4, 0.25]),
    case("normalization", [4, 3], axis=None, mean=0.5, variance=4),
    case("normalization", [4, 3], axis=[], invert=True),
]

DRAWS = 7
NAMES = {"keepDimensions": "keepdims"}
CLASSES = {
    "elu": "ELU",
    "leakyRelu": "LeakyReLU",
    "prelu": "PReLU",
    "relu": "ReLU",
    "rmsNormalization": "RMSNormalization",
}


def snake(name):
    return re.sub("(?<=[a-z])([A-Z])", lambda match: "_" + match[1].lower(), name)


def keras_value(name, value):
    if value == "geluApproximate":
        return lambda x: keras.activations.gelu(x, approximate=True)
    if isinstance(value, str):
        return snake(value)
    if isinstance(value, dict):
        kind = value["kind"] if name == "layer" else value["name"]
        return keras_layer(kind, {**value["options"], **({"dtype": "float64"} if name == "layer" else {})})
    return tuple(value) if isinstance(value, list) and name != "axis" else value


class OperationLayer(keras.layers.Layer):
    """An operation, which is no layer to Keras."""

    def __init__(self, operation, settings, operands=(None,), **options):
        super().__init__(**options)
        self.compute = lambda x: apply_operation(operation, operands, settings, x)

    def call(self, x):
        return self.compute(x)

    def class_name(self, shape):
        return type(self.compute(keras.KerasTensor(shape))._keras_history.operation).__name__


def apply_operation(operation, operands, settings, x):
    if operation == "slice":
        return eval(f"x[{settings['key'].replace('newaxis', 'None')}]", {"x": x})
    values = [
        x if one is None else numpy.array(one) if isinstance(one, list) else one
        for one in operands
    ]
    renamed = {**NAMES, "newShape": "newshape", "axis1": "axis1", "axis2": "axis2"}
    tuples = {n: tuple(v) if isinstance(v, list) else v for n, v in settings.items()}
    named = {renamed.get(n, snake(n)): value for n, value in tuples.items()}
    function = getattr(keras.ops, snake(operation))
    return function([*values], **named) if operation in LISTS else function(*values, **named)


LISTS = ["concatenate", "stack"]


def keras_layer(kind, options):
    if kind == "operation":
        return OperationLayer(**options)
    plain = kind[0].upper() + kind[1:].replace("1d", "1D").replace("2d", "2D")
    if kind in ("layerScale", "stochasticDepth"):
        named = {snake(n): value for n, value in options.items()}
        return getattr(convnext, plain)(**named)
    name = CLASSES.get(kind, plain)
    named = {NAMES.get(n, snake(n)): keras_value(n, value) for n, value in options.items()}
    return getattr(keras.layers, name)(**named)


def draw_from_shared_numbers():
    """The random layers' draws, so that both sides have the same."""
    from keras.src.layers.regularization import alpha_dropout, gaussian_dropout
    from tensorflow.python.ops import nn_ops

    def numbers(shape):
        shape = [int(size) for size in shape]
        return shared_numbers.uniform(DRAWS, shape, 0, 1)

    def normal(shape, mean=0.0, stddev=1.0, **_):
        return tensorflow.constant(mean + stddev * (4 * numbers(shape) - 2))

    def uniform(shape, *_, **__):
        return tensorflow.constant(numbers(shape))

    convnext.random.uniform = uniform
    gaussian_dropout.backend.random.normal = normal
    alpha_dropout.ops.random.uniform = uniform
    nn_ops.stateless_random_ops.stateless_random_uniform = uniform


def name_of(weight):
    """Layer scale's only weight has no name."""
    return "gamma" if weight.name == "variable" else weight.name


def result(spec):
    shape = [BATCH, *spec["inputShape"]]
    # TensorFlow has the gradients of resizes by kernels in f32 alone.
    weighs = spec["options"].get("interpolation") in ("bicubic", "lanczos3", "lanczos5")
    dtype = "float32" if spec["options"].get("antialias") or weighs else "float64"
    one = keras_layer(spec["kind"], {**spec["options"], "dtype": dtype})
    x = tensorflow.constant(shared_numbers.uniform(1, shape, *spec["range"]), dtype=dtype)
    one.build(shape)
    values = [
        shared_numbers.weight_values(i, name_of(weight), weight.shape)
        for i, weight in enumerate(one.weights)
    ]
    one.set_weights(values)
    inference = one(x, training=False)
    with tensorflow.GradientTape() as tape:
        tape.watch(x)
        y = one(x, training=True)
        scale = shared_numbers.uniform(9, y.shape, -1, 1)
        loss = tensorflow.reduce_sum(tensorflow.cast(y, "float64") * scale)
    trained = one.trainable_variables
    # TensorFlow has no gradient of the mean of an area.
    flows = spec["options"].get("interpolation") != "area"
    sources = [x, *(weight.value for weight in trained)]
    flowing = tape.gradient(loss, sources) if flows else []
    names = ["x", *(name_of(weight) for weight in trained)]
    if spec["kind"] == "adaptiveMaxPooling2d":
        # TensorFlow 2.21 fills parts of this gradient with numbers that nothing has written.
        names = []
    weights = [weight for weight in one.weights if weight.name != "seed_generator_state"]
    # Spectral normalization assigns the kernel as well.
    assigned = ["kernel"] if spec["kind"] == "spectralNormalization" else []
    state = [weight for weight in weights if not weight.trainable or weight.name in assigned]
    return {
        **spec,
        "className": one.class_name(shape) if spec["kind"] == "operation" else type(one).__name__,
        "outputShape": [int(size) for size in y.shape[1:]],
        "weights": {name_of(weight): list(weight.shape) for weight in weights},
        "training": rounded(y),
        **({} if numpy.array_equal(y, inference) else {"inference": rounded(inference)}),
        "gradients": {
            name: rounded(tensorflow.zeros_like(x) if value is None else value)
            for name, value in zip(names, flowing)
        },
        "state": {weight.name: rounded(weight.numpy()) for weight in state},
    }


def normalized(spec):
    """What the layer makes of other examples than those that it was adapted to."""
    one = keras_layer(spec["kind"], spec["options"])
    shape = spec["inputShape"]
    if "mean" in spec["options"]:
        one.build([BATCH, *shape])
    else:
        one.adapt(shared_numbers.uniform(3, [6, *shape], 2, 5))
    x = shared_numbers.uniform(1, [BATCH, *shape], *spec["range"])
    return {
        **spec,
        "mean": rounded(one.mean),
        "variance": rounded(one.variance),
        "weights": max(0, len(one.weights) - 1),
        "results": rounded(one(x)),
    }


def main():
    draw_from_shared_numbers()
    fixtures = {
        "layers": {f"{i} {spec['kind']}": result(spec) for i, spec in enumerate(CASES)},
        "normalizations": {str(i): normalized(spec) for i, spec in enumerate(NORMALIZATIONS)},
    }
    shared_numbers.write(here / "layers.json", fixtures)


main()
