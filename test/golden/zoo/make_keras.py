"""Makes keras.json for test/golden/zoo.test.ts with keras.applications and with models written here, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    KERAS_BACKEND=tensorflow venv/bin/python make_keras.py

Weights follow from their names (shared_numbers.py), so that the file holds results only: a digest of the names
and shapes of all weights, and for one member of each family the logits and a few numbers of each stage.
"""

import json
import pathlib
import sys

import keras
import numpy
from keras import applications, layers

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
CLASSES = 10


def name_of(layer, weight):
    """The layer and the weight: `conv1_conv/kernel`."""
    kind = weight.path.split("/")[-1]
    return f"{layer.name}/{'gamma' if type(layer).__name__ == 'LayerScale' else kind}"


def weights_of(model):
    """Every weight with its layer, those of nested models too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from weights_of(layer)
        else:
            for weight in layer.weights:
                if weight.path.split("/")[-1] != "count":
                    yield layer, weight


def fill(model, gain):
    """Gives every weight its values."""
    for layer, weight in weights_of(model):
        values = shared_numbers.named_values(name_of(layer, weight), tuple(weight.shape), gain)
        weight.assign(values.astype("float64"))
    for layer in model.layers:
        if isinstance(layer, layers.Normalization) and layer.input_mean is None:
            layer.finalize_state()


def digest(model):
    return shared_numbers.weights_digest(
        (name_of(layer, weight), tuple(weight.shape)) for layer, weight in weights_of(model)
    )


def conv_bn(x, filters, size, stride=1, bias=True):
    x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=bias)(x)
    return layers.BatchNormalization()(x)


def residual_block(x, filters, stride=1, bias=True, name=None, shortcut="B"):
    """Two convolutions beside a shortcut."""
    y = layers.Activation("relu")(conv_bn(x, filters, 3, stride, bias))
    y = conv_bn(y, filters, 3, 1, bias)
    if stride != 1 or x.shape[-1] != filters:
        if shortcut == "B":
            x = conv_bn(x, filters, 1, stride, bias)
        else:
            added = filters - x.shape[-1]
            sides = [[0, 0], [0, 0], [0, 0], [added // 2, added - added // 2]]
            x = keras.ops.pad(x[:, ::stride, ::stride], sides)
    y = layers.Add()([y, x])
    return layers.Activation("relu", name=name)(y)


def resnet_style(size, **_):
    images = keras.Input((size, size, 1))
    x = layers.Activation("relu")(conv_bn(images, 64, 3))
    for i, filters in enumerate([64, 128, 256]):
        x = residual_block(x, filters, 1 if i == 0 else 2, name=f"stage{i + 1}_out")
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, layers.Dense(CLASSES)(x))


def residual_cnn(size, **_):
    images = keras.Input((size, size, 3))
    x = layers.Activation("relu")(conv_bn(images, 64, 3))
    for i, filters in enumerate([64, 128, 256]):
        x = residual_block(x, filters, 1 if i == 0 else 2)
        x = residual_block(x, filters, name=f"stage{i + 1}_out")
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.5)(layers.Dense(128, activation="relu")(x))
    return keras.Model(images, layers.Dense(CLASSES)(x))


def cifar_resnet(size, depth, shortcut, **_):
    images = keras.Input((size, size, 3))
    x = layers.Activation("relu")(conv_bn(images, 16, 3, bias=False))
    count = (depth - 2) // 6
    for i, filters in enumerate([16, 32, 64]):
        for j in range(count):
            stride = 2 if i > 0 and j == 0 else 1
            name = f"stage{i + 1}_out" if j == count - 1 else None
            x = residual_block(x, filters, stride, False, name, shortcut)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, layers.Dense(CLASSES, name="dense")(x))


def same(filters):
    return layers.Conv2D(filters, 3, padding="same", activation="relu")


def simple_cnn(size, **_):
    parts = []
    for i, filters in enumerate([32, 64, 128], 1):
        parts += [
            layers.Conv2D(filters, 3, padding="same", name=f"conv{i}"),
            layers.BatchNormalization(name=f"bn{i}"),
            layers.Activation("relu", name=f"relu{i}"),
        ]
        parts += [layers.MaxPooling2D(2)] if i < 3 else []
    parts += [layers.GlobalAveragePooling2D(), layers.Dense(128, activation="relu", name="fc1")]
    return keras.Sequential([keras.Input((size, size, 3)), *parts, layers.Dense(CLASSES, name="output")])


def vgg_style(size, **_):
    parts = [same(64), same(64), layers.MaxPooling2D(2), same(128), same(128), layers.MaxPooling2D(2)]
    parts += [layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dense(CLASSES)]
    return keras.Sequential([keras.Input((size, size, 1)), *parts])


def vgg_style_bn(size, **_):
    parts = []
    for filters, count in [(64, 2), (128, 2), (256, 3)]:
        parts += [same(filters) for _ in range(count)]
        parts += [layers.MaxPooling2D(2), layers.BatchNormalization()]
    parts += [layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(512, activation="relu")]
    return keras.Sequential([keras.Input((size, size, 3)), *parts, layers.Dense(CLASSES)])


def unet(size, filters, **_):
    """U-Net with `same` padding, batch normalization and transposed convolutions."""
    images = x = keras.Input((size, size, 1))

    def pair(x, name, filters):
        for i in (1, 2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv{i}")(x)
            x = layers.BatchNormalization(name=f"{name}_norm{i}")(x)
            x = layers.Activation("relu", name=f"{name}_relu{i}")(x)
        return x

    skipped = []
    for i in range(4):
        x = pair(x, f"down{i + 1}", filters * 2**i)
        skipped.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = pair(x, "middle", filters * 16)
    for i in reversed(range(4)):
        up = layers.Conv2DTranspose(filters * 2**i, 2, strides=2, name=f"up{i + 1}_sampling")
        x = layers.Concatenate()([skipped[i], up(x)])
        x = pair(x, f"up{i + 1}", filters * 2**i)
    return keras.Model(images, layers.Conv2D(CLASSES, 1, name="predictions")(x))


def application(make, channels=3):
    """A model of keras.applications, at random."""

    def build(size, **options):
        shape = (size, size, channels)
        common = {"weights": None, "classes": CLASSES, "classifier_activation": None}
        return make(input_shape=shape, **common, **options)

    return build


# The model, the size of images, its options here and in Fovea, the range of pixels, and the layers of features.
SYMMETRIC, BYTES = (-1, 1), (0, 255)
CASES = {
    "vgg-16": (application(applications.VGG16), 32, {}, {}, SYMMETRIC, ["block1_conv2", "block5_conv3"]),
    "resnet-50": (
        application(applications.ResNet50),
        64,
        {},
        {},
        SYMMETRIC,
        ["conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"],
    ),
    "resnet-50-v2": (
        application(applications.ResNet50V2),
        64,
        {},
        {},
        SYMMETRIC,
        ["conv1_conv", "conv2_block3_1_relu", "conv3_block4_1_relu", "conv4_block6_1_relu", "post_relu"],
    ),
    "densenet-121": (
        application(applications.DenseNet121),
        64,
        {},
        {},
        SYMMETRIC,
        ["conv1_relu", "pool2_relu", "pool3_relu", "pool4_relu", "relu"],
    ),
    "inception-v3": (
        application(applications.InceptionV3),
        75,
        {},
        {},
        SYMMETRIC,
        ["mixed2", "mixed7", "mixed10"],
    ),
    "inception-resnet-v2": (
        application(applications.InceptionResNetV2),
        75,
        {},
        {},
        SYMMETRIC,
        ["block35_10_ac", "block17_20_ac", "conv_7b_ac"],
    ),
    "xception": (
        application(applications.Xception),
        71,
        {},
        {},
        SYMMETRIC,
        ["block1_conv2_act", "block3_sepconv2_bn", "block4_sepconv2_bn", "block13_sepconv2_bn", "block14_sepconv2_act"],
    ),
    "mobilenet-v1": (
        application(applications.MobileNet),
        64,
        {"alpha": 0.5},
        {"width": 0.5},
        SYMMETRIC,
        ["conv_pw_1_relu", "conv_pw_3_relu", "conv_pw_5_relu", "conv_pw_11_relu", "conv_pw_13_relu"],
    ),
    "mobilenet-v2": (
        application(applications.MobileNetV2),
        64,
        {"alpha": 0.5},
        {"width": 0.5},
        SYMMETRIC,
        ["expanded_conv_project_BN", "block_2_add", "block_5_add", "block_12_add", "out_relu"],
    ),
    "mobilenet-v3-small": (
        application(applications.MobileNetV3Small),
        64,
        {},
        {},
        BYTES,
        ["expanded_conv_project_bn", "expanded_conv_2_add", "expanded_conv_7_add", "expanded_conv_10_add"],
    ),
    "mobilenet-v3-large": (
        application(applications.MobileNetV3Large),
        64,
        {"minimalistic": True},
        {"minimalistic": True},
        BYTES,
        ["expanded_conv_add", "expanded_conv_2_add", "expanded_conv_5_add", "expanded_conv_11_add"],
    ),
    "efficientnet-b0": (
        application(applications.EfficientNetB0),
        64,
        {},
        {},
        BYTES,
        ["block1a_project_bn", "block2b_add", "block3b_add", "block5c_add", "top_activation"],
    ),
    "efficientnet-v2-b0": (
        application(applications.EfficientNetV2B0),
        64,
        {},
        {},
        BYTES,
        ["block1a_project_activation", "block2b_add", "block3b_add", "block5e_add", "top_activation"],
    ),
    "nasnet-mobile": (
        application(applications.NASNetMobile),
        64,
        {},
        {},
        SYMMETRIC,
        ["reduction_concat_stem_1", "normal_concat_3", "normal_concat_8", "normal_concat_12"],
    ),
    "convnext-tiny": (application(applications.ConvNeXtTiny), 64, {}, {}, BYTES, []),
    "simple-cnn": (simple_cnn, 32, {}, {}, SYMMETRIC, ["relu1", "relu2", "relu3"]),
    "vgg-style": (vgg_style, 28, {}, {}, SYMMETRIC, []),
    "vgg-style-bn": (vgg_style_bn, 64, {}, {}, SYMMETRIC, []),
    "resnet-style": (resnet_style, 28, {}, {}, SYMMETRIC, ["stage1_out", "stage2_out", "stage3_out"]),
    "residual-cnn": (residual_cnn, 32, {}, {}, SYMMETRIC, ["stage1_out", "stage2_out", "stage3_out"]),
    "resnet-20": (
        cifar_resnet,
        32,
        {"depth": 20, "shortcut": "A"},
        {"shortcut": "A"},
        SYMMETRIC,
        ["stage1_out", "stage2_out", "stage3_out"],
    ),
    "resnet-32": (
        cifar_resnet,
        32,
        {"depth": 32, "shortcut": "B"},
        {"shortcut": "B"},
        SYMMETRIC,
        ["stage1_out", "stage2_out", "stage3_out"],
    ),
    "unet": (
        unet,
        32,
        {"filters": 8},
        {"filters": 8, "batchNormalization": True, "useBias": False},
        SYMMETRIC,
        ["down1_relu2", "down4_relu2", "middle_relu2", "up4_relu2", "up1_relu2"],
    ),
}

# Kernels are scaled by these where values would grow until f32 cannot hold the difference of two of them.
GAINS = {"efficientnet-v2-b0": 0.7}

# Every model of keras.applications whose names and shapes are held beside Fovea's.
ALL = {
    "vgg-16": applications.VGG16,
    "vgg-19": applications.VGG19,
    "resnet-50": applications.ResNet50,
    "resnet-101": applications.ResNet101,
    "resnet-152": applications.ResNet152,
    "resnet-50-v2": applications.ResNet50V2,
    "resnet-101-v2": applications.ResNet101V2,
    "resnet-152-v2": applications.ResNet152V2,
    "densenet-121": applications.DenseNet121,
    "densenet-169": applications.DenseNet169,
    "densenet-201": applications.DenseNet201,
    "inception-v3": applications.InceptionV3,
    "inception-resnet-v2": applications.InceptionResNetV2,
    "xception": applications.Xception,
    "mobilenet-v1": applications.MobileNet,
    "mobilenet-v2": applications.MobileNetV2,
    "mobilenet-v3-small": applications.MobileNetV3Small,
    "mobilenet-v3-large": applications.MobileNetV3Large,
    **{f"efficientnet-b{i}": getattr(applications, f"EfficientNetB{i}") for i in range(8)},
    "efficientnet-v2-b0": applications.EfficientNetV2B0,
    "efficientnet-v2-s": applications.EfficientNetV2S,
    "nasnet-mobile": applications.NASNetMobile,
    "convnext-tiny": applications.ConvNeXtTiny,
}


def case(name, build, size, here_options, options, pixels, features):
    keras.utils.clear_session()
    model = build(size, **here_options)
    gain = GAINS.get(name, 1)
    fill(model, gain)
    outputs = [model.get_layer(name).output for name in features]
    several = keras.Model(model.inputs, [*outputs, model.outputs[0]])
    shape = (1, *model.inputs[0].shape[1:])
    results = several(shared_numbers.uniform(1, shape, *pixels))
    *stages, logits = [numpy.asarray(result) for result in (results if features else [results])]
    return {
        "options": {"inputShape": list(shape[1:]), "classes": CLASSES, **options},
        "pixels": list(pixels),
        "gain": gain,
        "parameters": model.count_params(),
        "logits": shared_numbers.sketch(logits) if logits.size > CLASSES else shared_numbers.rounded(logits),
        "features": {
            name: shared_numbers.sketch(values) for name, values in zip(features, stages, strict=True)
        },
    }


def names(make):
    keras.utils.clear_session()
    return digest(make(weights=None))


if __name__ == "__main__":
    # With names, only those are made again.
    chosen = sys.argv[1:] or [*CASES, *ALL]
    path = here / "keras.json"
    before = json.loads(path.read_text(), parse_float=shared_numbers.Literal) if sys.argv[1:] else {}
    made = {name: case(name, *CASES[name]) for name in CASES if name in chosen}
    digests = {name: names(ALL[name]) for name in ALL if name in chosen}
    results = {"cases": {**before.get("cases", {}), **made}, "digests": {**before.get("digests", {}), **digests}}
    shared_numbers.write(path, results)
