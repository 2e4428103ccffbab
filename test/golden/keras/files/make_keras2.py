"""Makes keras2.zip and predictions-keras2.json for keras2-files.test.ts with Keras 2.15, that of TensorFlow 2.15.

    python3 -m venv venv && venv/bin/pip install tensorflow-cpu==2.15.1
    venv/bin/python make_keras2.py

Each model is trained for two steps, saved, and trained for two more: `predictions` are those of the saved
model, `later` those after the other two, which need the optimizer's values from the file. HDF5 is mostly
empty, so the files lie in one archive.

No batch normalization is fused: the fused one keeps N/(N-1) of a batch's variance, as neither the plain one
nor Keras 3 does.
"""

import pathlib
import sys
import tempfile
import zipfile

import keras
from keras import layers, losses, metrics, optimizers, regularizers

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent.parent))
import shared_numbers  # noqa: E402

COUNT = 6


def sequential():
    return keras.Sequential(
        [
            layers.Conv2D(
                4,
                3,
                activation="relu",
                use_bias=False,
                kernel_regularizer=regularizers.l2(1e-3),
                input_shape=(8, 8, 3),
            ),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(momentum=0.9, fused=False),
            layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
            layers.LeakyReLU(alpha=0.1),
            layers.ZeroPadding2D(1),
            layers.AveragePooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dropout(0.0, seed=3),
            layers.Dense(5, activation="tanh", kernel_constraint=keras.constraints.MaxNorm(3)),
            layers.Dense(3, activation="softmax"),
        ],
        name="small",
    )


def residual():
    x = keras.Input((6, 6, 2), name="image")
    # No bias before a normalization: its gradient is nothing but rounding.
    y = layers.SeparableConv2D(
        4, 3, padding="same", use_bias=False, depthwise_initializer="he_normal"
    )(x)
    y = layers.BatchNormalization(scale=False, fused=False)(y)
    y = layers.Activation("swish")(y)
    y = layers.Add(name="sum")([y, layers.Conv2D(4, 1, name="shortcut")(x)])
    y = layers.Conv2DTranspose(3, 3, strides=2, padding="same")(y)
    y = layers.PReLU(shared_axes=[1, 2])(y)
    y = layers.SpatialDropout2D(0.0)(y)
    y = layers.LayerNormalization()(y)
    y = layers.UpSampling2D(2, interpolation="bilinear")(y)
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax", name="kind")(y), name="residual")


def nested():
    """A network in a network, used twice, beside a layer that is shared, with several results."""
    inner_input = keras.Input((4, 4, 2))
    inner = keras.Model(
        inner_input,
        layers.BatchNormalization(fused=False)(
            layers.Conv2D(3, 3, padding="same", activation="elu", use_bias=False)(inner_input)
        ),
        name="inner",
    )
    head = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh")], name="head")
    left, right = keras.Input((4, 4, 2), name="left"), keras.Input((4, 4, 2), name="right")
    pool = layers.GlobalMaxPooling2D()
    both = [head(pool(inner(left))), head(pool(inner(right)))]
    joined = layers.Concatenate()(both)
    frozen = layers.Dense(4, trainable=False, name="frozen")(joined)
    results = [
        layers.Dense(3, activation="softmax", name="answer")(joined),
        layers.Dense(2, name="where")(frozen),
    ]
    return keras.Model([left, right], results, name="nested")


def compiled(name, model):
    if name == "nested":
        model.compile(
            optimizers.Adam(0.01, clipnorm=1.0),
            loss=[losses.SparseCategoricalCrossentropy(), losses.Huber()],
            loss_weights=[1.0, 0.5],
            metrics=[["accuracy"], [metrics.MeanAbsoluteError(name="off")]],
        )
    elif name == "residual":
        schedule = optimizers.schedules.CosineDecay(0.02, 10)
        model.compile(
            optimizers.Adam(schedule),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy", metrics.SparseTopKCategoricalAccuracy(2)],
        )
    else:
        model.compile(
            optimizers.Adam(0.01, amsgrad=True),
            loss=losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
        )
    return model


def give_weights(model):
    """Values of our own, that do not depend on Keras's random numbers."""
    for i, variable in enumerate(model.weights):
        name = variable.name.split("/")[-1].removesuffix(":0")
        low, high = (0.5, 1.5) if name in ("gamma", "moving_variance") else (-0.5, 0.5)
        variable.assign(shared_numbers.uniform(100 + i, variable.shape, low, high))


def main():
    fixtures = {}
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        for make in (sequential, residual, nested):
            keras.backend.clear_session()
            name = make.__name__
            model = compiled(name, make())
            give_weights(model)
            inputs = [
                shared_numbers.uniform(7 + i, (COUNT, *tensor.shape[1:]), -1, 1)
                for i, tensor in enumerate(model.inputs)
            ]
            x = inputs if len(inputs) > 1 else inputs[0]
            kinds = shared_numbers.classes(1, COUNT, 3)
            y = [kinds, shared_numbers.uniform(2, (COUNT, 2), -1, 1)] if name == "nested" else kinds

            def results():
                found = model.predict(x, verbose=0)
                found = found if isinstance(found, list) else [found]
                return [shared_numbers.rounded(value) for value in found]

            def train():
                model.fit(x, y, batch_size=COUNT, epochs=2, shuffle=False, verbose=0)

            train()
            fixture = {"parameters": model.count_params(), "predictions": results()}
            model.save(folder / f"{name}.keras")
            model.save(folder / f"{name}.h5")
            again = keras.models.load_model(folder / f"{name}.h5")
            fixture["reports"] = list(again.evaluate(x, y, verbose=0, return_dict=True))
            model.save_weights(folder / f"{name}.weights.h5")
            model.save_weights(folder / f"{name}-weights.h5")
            train()
            fixture["later"] = results()
            fixtures[name] = fixture
        with zipfile.ZipFile(here / "keras2.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
    shared_numbers.write(here / "predictions-keras2.json", fixtures)


if __name__ == "__main__":
    main()
