"""Makes the files of this folder, and predictions.json, for keras-files.test.ts with Keras 3.15.

    python3 -m venv venv && venv/bin/pip install keras==3.15.1 tensorflow-cpu h5py
    KERAS_BACKEND=tensorflow venv/bin/python make.py

Each model is trained for two steps, saved, and trained for two more: `predictions` are those of the saved
model, `later` those after the other two, which need the optimizer's values from the file. With names of
models as arguments, only those are made anew.
"""

import json
import pathlib
import sys

import keras
import numpy
from keras import layers, losses, metrics, optimizers, regularizers

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent.parent))
import shared_numbers  # noqa: E402

COUNT = 6


def sequential():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer=regularizers.L1L2(1e-3, 1e-3)),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(momentum=0.9),
            layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Flatten(),
            layers.Dropout(0.0, seed=3),
            layers.Dense(3, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(3)),
        ],
        name="small",
    )


def residual():
    x = keras.Input((6, 6, 2), name="image")
    # No bias before a normalization: its gradient is rounding, which Nadam would blow up.
    y = layers.SeparableConv2D(
        4, 3, padding="same", use_bias=False, depthwise_initializer="he_normal"
    )(x)
    y = layers.BatchNormalization(scale=False)(y)
    y = layers.Activation("hard_sigmoid")(y)
    y = layers.Add(name="sum")([y, layers.Conv2D(4, 1, name="shortcut")(x)])
    y = layers.Conv2DTranspose(3, 3, strides=2, padding="same")(y)
    y = layers.PReLU(shared_axes=[1, 2])(y)
    y = layers.LayerNormalization()(y)
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax", name="kind")(y), name="residual")


def nested():
    """A network in a network, used twice, beside a layer that is shared, with several results."""
    inner_input = keras.Input((4, 4, 2))
    inner = keras.Model(
        inner_input,
        layers.BatchNormalization()(layers.Conv2D(3, 3, padding="same", activation="elu")(inner_input)),
        name="inner",
    )
    head = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh")], name="head")
    left, right = keras.Input((4, 4, 2), name="left"), keras.Input((4, 4, 2), name="right")
    pool = layers.GlobalMaxPooling2D()
    both = [head(pool(inner(left))), head(pool(inner(right)))]
    joined = layers.Concatenate()(both)
    frozen = layers.Dense(4, trainable=False, name="frozen")(joined)
    return keras.Model(
        [left, right],
        {
            "kind": layers.Dense(3, activation="softmax", name="answer")(joined),
            "place": layers.Dense(2, name="where")(frozen),
        },
        name="nested",
    )


def spectral():
    """Spectral normalization of a layer that is used twice, of one that is frozen, and in a network inside."""
    x = keras.Input((5, 5, 2))
    twice = layers.SpectralNormalization(
        layers.Conv2D(
            2, 3, padding="same", activation="tanh", kernel_regularizer=regularizers.L2(0.01)
        ),
        name="twice",
    )
    frozen = layers.SpectralNormalization(layers.Conv2D(3, 2), power_iterations=2)
    y = frozen(twice(twice(x)))
    frozen.trainable = False
    inner = keras.Sequential(
        [keras.Input((4, 4, 3)), layers.SpectralNormalization(layers.DepthwiseConv2D(3))], name="inner"
    )
    y = layers.Flatten()(inner(y))
    return keras.Model(x, layers.SpectralNormalization(layers.Dense(3, activation="softmax"))(y))


def compiled(name, model):
    if name == "nested":
        model.compile(
            optimizers.RMSprop(0.01, momentum=0.5, centered=True),
            loss={"kind": losses.SparseCategoricalCrossentropy(), "place": losses.Huber()},
            loss_weights={"kind": 1.0, "place": 0.5},
            metrics={"kind": ["accuracy"], "place": [metrics.MeanAbsoluteError(name="off")]},
        )
    elif name == "residual":
        schedule = optimizers.schedules.CosineDecay(0.02, 10)
        model.compile(
            optimizers.Nadam(schedule, clipnorm=1.0),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy", metrics.SparseTopKCategoricalAccuracy(2)],
        )
    elif name == "spectral":
        model.compile(
            optimizers.Adam(0.01, clipnorm=2.0, weight_decay=0.1),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
    else:
        model.compile(
            optimizers.AdamW(0.01, weight_decay=0.01, amsgrad=True),
            loss=losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
        )
    return model


def give_weights(model):
    """Values of our own, that do not depend on Keras's random numbers."""
    for i, variable in enumerate(model.weights):
        if variable.path.endswith("count"):
            continue
        name = variable.name
        low, high = (0.5, 1.5) if name in ("gamma", "moving_variance") else (-0.5, 0.5)
        variable.assign(shared_numbers.uniform(100 + i, variable.shape, low, high))


def main():
    path = here / "predictions.json"
    chosen = sys.argv[1:]
    fixtures = json.loads(path.read_text()) if chosen else {}
    for make in (sequential, residual, nested, spectral):
        name = make.__name__
        if chosen and name not in chosen:
            continue
        keras.utils.clear_session()
        model = compiled(name, make())
        give_weights(model)
        inputs = [
            shared_numbers.uniform(7 + i, (COUNT, *tensor.shape[1:]), -1, 1)
            for i, tensor in enumerate(model.inputs)
        ]
        x = inputs if len(inputs) > 1 else inputs[0]
        kinds = shared_numbers.classes(1, COUNT, 3)
        y = kinds
        if name == "nested":
            y = {"kind": kinds, "place": shared_numbers.uniform(2, (COUNT, 2), -1, 1)}

        def results():
            found = model.predict(x, verbose=0)
            found = found if isinstance(found, dict) else {"": found}
            return {key: shared_numbers.rounded(value) for key, value in found.items()}

        def train():
            model.fit(x, y, batch_size=COUNT, epochs=2, shuffle=False, verbose=0)

        train()
        fixture = {"parameters": model.count_params(), "predictions": results()}
        model.save(here / f"{name}.keras")
        model.save(here / f"{name}.h5")
        model.save_weights(here / f"{name}.weights.h5")
        train()
        fixture["later"] = results()
        fixtures[name] = fixture
    shared_numbers.write(path, fixtures)


if __name__ == "__main__":
    main()
