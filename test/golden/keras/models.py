"""Makes models.json for keras-models.test.ts with Keras 3.15, in f64.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu
    KERAS_BACKEND=tensorflow venv/bin/python models.py

Inputs and first weights come from shared_numbers.py, so a fixture holds results only. The models are
written out once more, in Fovea, in the test.
"""

import pathlib
import sys

import keras
import numpy
from keras import layers

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

keras.config.set_floatx("float64")
rounded = shared_numbers.rounded
COUNT = 6


def residual():
    """A block with a shortcut of its own width."""
    x = keras.Input((6, 5, 3))
    shortcut = layers.Conv2D(4, 1, use_bias=False)(x)
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("relu")(y)
    y = layers.Conv2D(4, 3, padding="same")(y)
    y = layers.Add()([shortcut, y])
    y = layers.Activation("tanh")(y)
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax")(y))


def frozen():
    """The same, its first convolution and its normalisation frozen."""
    model = residual()
    model.get_layer("conv2d_1").trainable = False
    model.get_layer("batch_normalization").trainable = False
    return model


def shared():
    """One dense layer for two inputs, at different depths."""
    a = keras.Input((4,), name="left")
    b = keras.Input((3,), name="right")
    both = layers.Dense(5, activation="tanh")
    wide = layers.Dense(4)(b)
    difference = layers.Subtract()([both(a), both(wide)])
    return keras.Model([a, b], layers.Dense(2)(difference))


def nested():
    """A model that is used twice, inside another, and one with a branch inside a row."""
    features = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ],
        name="features",
    )
    x = keras.Input((12,))
    y = layers.Multiply()([x, layers.Dense(12, activation="sigmoid")(x)])
    gate = keras.Model(x, y, name="gate")
    a, b = keras.Input((6, 6, 2), name="a"), keras.Input((6, 6, 2), name="b")
    joined = layers.Average()([features(a), features(b)])
    return keras.Model([a, b], layers.Dense(2, name="head")(gate(joined)))


def two_outputs():
    """A picture and numbers in; a class and numbers out, one of them from the middle."""
    image = keras.Input((5, 5, 1), name="image")
    extra = keras.Input((3,), name="extra")
    y = layers.Flatten()(layers.Conv2D(2, 3, activation="tanh")(image))
    y = layers.Concatenate()([y, extra])
    place = layers.Dense(2, name="place")(y)
    kind = layers.Dense(3, activation="softmax", name="kind")(layers.Dense(4)(place))
    return keras.Model([image, extra], [kind, place])


def merges():
    """Every layer that merges, some of them stretching an input."""
    a, b = keras.Input((3, 2, 4)), keras.Input((4,))
    wide = layers.Conv2D(4, 1)(a)
    narrow = layers.Dense(4)(b)
    merged = [
        kind()([wide, narrow])
        for kind in (
            layers.Add,
            layers.Subtract,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
            layers.Minimum,
        )
    ]
    halves = [layers.Concatenate()(merged[:3]), layers.Concatenate()(merged[3:])]
    joined = layers.Concatenate(axis=1)(halves)
    return keras.Model([a, b], layers.Dense(2)(layers.GlobalAveragePooling2D()(joined)))


class ChannelPooling(layers.Layer):
    """The mean and the largest of each pixel's channels."""

    def call(self, x):
        parts = [keras.ops.mean(x, -1, keepdims=True), keras.ops.max(x, -1, keepdims=True)]
        return keras.ops.concatenate(parts, -1)


def squeeze_excite():
    """Attention over channels."""
    image = keras.Input((4, 3, 2))
    x = layers.Conv2D(6, 1)(image)
    y = layers.GlobalAveragePooling2D()(x)
    y = layers.Dense(2, activation="relu")(y)
    y = layers.Dense(6, activation="sigmoid")(y)
    y = layers.Multiply()([x, y])
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(y)))


def cbam():
    """Attention over channels, then over pixels."""
    image = keras.Input((5, 6, 2))
    x = layers.Conv2D(6, 1)(image)
    mean = layers.GlobalAveragePooling2D()(x)
    largest = layers.Flatten()(layers.MaxPooling2D((5, 6))(x))
    first = layers.Dense(3, activation="relu", use_bias=False)
    second = layers.Dense(6, use_bias=False)
    total = layers.Add()([second(first(mean)), second(first(largest))])
    x = layers.Multiply()([x, layers.Activation("sigmoid")(total)])
    looking = layers.Conv2D(1, 3, padding="same", activation="sigmoid", use_bias=False)
    x = layers.Multiply()([x, looking(ChannelPooling()(x))])
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def inception_module():
    """Windows of several sizes."""
    x = keras.Input((6, 5, 2))

    def conv(filters, size, tensor):
        return layers.Conv2D(filters, size, padding="same", activation="relu")(tensor)

    narrow = conv(3, 1, x)
    middle = conv(4, 3, conv(2, 1, x))
    wide = conv(2, 5, conv(3, 1, x))
    pooled = conv(1, 1, layers.MaxPooling2D(3, strides=1, padding="same")(x))
    y = layers.Concatenate()([narrow, middle, wide, pooled])
    return keras.Model(x, layers.Dense(2)(layers.Flatten()(y)))


CLASSES, NUMBERS = "sparse_categorical_crossentropy", "mean_squared_error"
MODELS = {
    "residual": (residual, CLASSES, {}),
    "frozen": (frozen, CLASSES, {}),
    "shared": (shared, NUMBERS, {}),
    "nested": (nested, NUMBERS, {}),
    "twoOutputs": (
        two_outputs,
        {"kind": CLASSES, "place": NUMBERS},
        {"loss_weights": {"kind": 1.0, "place": 0.25}, "metrics": {"kind": ["accuracy"]}},
    ),
    "merges": (merges, NUMBERS, {}),
    "squeezeExcite": (squeeze_excite, NUMBERS, {}),
    "cbam": (cbam, NUMBERS, {}),
    "inceptionModule": (inception_module, NUMBERS, {}),
}


def owners(model, prefix=""):
    """Every layer with weights, with its full name; nested ones in the place of their model."""
    found = []
    for one in model.layers:
        if isinstance(one, keras.Model):
            found += owners(one, f"{prefix}{one.name}/")
        elif one.weights:
            found.append((prefix + one.name, one))
    return found


def fill(model):
    index = 0
    for _, one in owners(model):
        values = [
            shared_numbers.weight_values(index + i, weight.name, weight.shape)
            for i, weight in enumerate(one.weights)
        ]
        one.set_weights(values)
        index += len(values)


def weights_of(model):
    return {
        f"{path}/{weight.name}": rounded(value)
        for path, one in owners(model)
        for weight, value in zip(one.weights, one.get_weights())
    }


def connections(model):
    """What the summary says of each layer."""
    relevant = [node for nodes in model._nodes_by_depth.values() for node in nodes]
    table = []
    for one in model.layers:
        inputs = [
            f"{tensor._keras_history.operation.name}"
            f"[{tensor._keras_history.node_index}][{tensor._keras_history.tensor_index}]"
            for node in one._inbound_nodes
            if node in relevant
            for tensor in node.input_tensors
        ]
        table.append([one.name, type(one).__name__, one.count_params(), ", ".join(inputs)])
    return table


def answers_of(loss, output, stream):
    if loss == CLASSES:
        return shared_numbers.classes(stream, COUNT, output.shape[-1])
    return shared_numbers.uniform(stream, [COUNT, *output.shape[1:]], -1, 1)


def main():
    fixtures = {}
    for name, (make, loss, options) in MODELS.items():
        keras.utils.clear_session()
        model = make()
        fill(model)
        x = [
            shared_numbers.uniform(1 + i, [COUNT, *tensor.shape[1:]], -1, 1)
            for i, tensor in enumerate(model.inputs)
        ]
        each = list(loss.values()) if isinstance(loss, dict) else [loss]
        pairs = enumerate(zip(each, model.outputs))
        y = [answers_of(one, tensor, 20 + i) for i, (one, tensor) in pairs]
        predictions = model.predict(x, batch_size=COUNT, verbose=0)
        optimizer = keras.optimizers.Adam(learning_rate=0.01)
        model.compile(optimizer=optimizer, loss=loss, **options)
        answers = y if len(y) > 1 else y[0]
        history = model.fit(x, answers, batch_size=COUNT, epochs=1, shuffle=False, verbose=0).history
        fixtures[name] = {
            "layers": connections(model),
            "parameters": model.count_params(),
            "trainable": int(sum(numpy.prod(one.shape) for one in model.trainable_weights)),
            "outputs": model.output_names,
            "predictions": [rounded(one) for one in (predictions if len(y) > 1 else [predictions])],
            "history": {key: rounded(value) for key, value in sorted(history.items())},
            "weights": weights_of(model),
        }
    shared_numbers.write(here / "models.json", fixtures)


if __name__ == "__main__":
    main()
