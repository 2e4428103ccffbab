"""Makes the fixtures of pytorch.test.ts with PyTorch 1.13, in f64: python3 make.py

Each network is given as Fovea's layers and computed here by torch.nn.functional and torch.optim;
what Keras does otherwise than PyTorch is written out below with its reason. Inputs and weights
come from shared_numbers.py, so a fixture holds results only. Layout: NHWC images, HWIO filters.
"""

import pathlib
import sys

import torch
import torch.nn.functional as functional

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)

STEPS = 3


def layer(kind, **options):
    return {"kind": kind, "options": options}


NETWORKS = {
    "strides, dilation and same padding, to class numbers": {
        "inputShape": [13, 10, 3],
        "batch": 5,
        "loss": "sparseCategoricalCrossentropy",
        "layers": [
            layer("conv2d", filters=6, kernelSize=3, strides=2, padding="same", activation="relu"),
            layer("conv2d", filters=5, kernelSize=[3, 2], dilationRate=2, activation="tanh"),
            layer("maxPooling2d", poolSize=2, padding="same"),
            layer("flatten"),
            layer("dense", units=4, activation="softmax"),
        ],
    },
    "groups, pools that overlap and a yes or no": {
        "inputShape": [9, 12, 4],
        "batch": 6,
        "loss": "binaryCrossentropy",
        "layers": [
            layer(
                "conv2d",
                filters=6,
                kernelSize=[2, 3],
                groups=2,
                padding="same",
                activation="sigmoid",
            ),
            layer("averagePooling2d", poolSize=3, strides=2, padding="same"),
            layer("conv2d", filters=9, kernelSize=3, groups=3, strides=[1, 2], activation="relu"),
            layer("maxPooling2d", poolSize=2, strides=1),
            layer("globalAveragePooling2d"),
            layer("dense", units=1, activation="sigmoid"),
        ],
    },
    "batch normalisation, to one-hot rows": {
        "inputShape": [11, 8, 2],
        "batch": 7,
        "loss": "categoricalCrossentropy",
        "layers": [
            layer("conv2d", filters=5, kernelSize=3, useBias=False),
            layer("batchNormalization"),
            layer("activation", activation="relu"),
            layer("maxPooling2d", poolSize=3, strides=2, padding="same"),
            layer("conv2d", filters=4, kernelSize=5, padding="same", useBias=False),
            layer("batchNormalization", scale=False, momentum=0.9, epsilon=1e-5),
            layer("activation", activation="tanh"),
            layer("dropout", rate=0),
            layer("globalAveragePooling2d"),
            layer("dense", units=3),
            layer("activation", activation="softmax"),
        ],
    },
    "chosen padding and numbers to predict": {
        "inputShape": [7, 7, 1],
        "batch": 4,
        "loss": "meanSquaredError",
        "layers": [
            layer(
                "conv2d",
                filters=3,
                kernelSize=3,
                strides=[2, 1],
                padding={"top": 2, "bottom": 0, "left": 1, "right": 3},
            ),
            layer("activation", activation="tanh"),
            layer("averagePooling2d", poolSize=[2, 3], strides=[1, 2]),
            layer("flatten"),
            layer("dense", units=6, activation="tanh"),
            layer("dense", units=3),
        ],
    },
}

MNIST = {
    "inputShape": [28, 28, 1],
    "batch": 4,
    "loss": "sparseCategoricalCrossentropy",
    "layers": [
        layer("conv2d", filters=32, kernelSize=3, activation="relu"),
        layer("maxPooling2d", poolSize=2),
        layer("conv2d", filters=64, kernelSize=3, activation="relu"),
        layer("maxPooling2d", poolSize=2),
        layer("conv2d", filters=64, kernelSize=3, activation="relu"),
        layer("flatten"),
        layer("dense", units=64, activation="relu"),
        layer("dropout", rate=0),
        layer("dense", units=10, activation="softmax"),
    ],
}

OPTIMIZERS = {
    "adam": {"name": "adam", "options": {}},
    "sgd": {"name": "sgd", "options": {"learningRate": 0.05}},
    "momentum": {"name": "sgd", "options": {"learningRate": 0.05, "momentum": 0.9}},
    "nesterov": {
        "name": "sgd",
        "options": {"learningRate": 0.05, "momentum": 0.9, "nesterov": True},
    },
}


def pair(value):
    return list(value) if isinstance(value, (list, tuple)) else [value, value]


def padding_of(size, taps, strides, dilation, padding):
    """Left, right, top, bottom, as functional.pad takes them. Keras's `same`: ceil(size / stride)
    positions, and the odd row or column of padding at the end."""
    if padding == "valid":
        return [0, 0, 0, 0]
    if isinstance(padding, dict):
        return [padding[side] for side in ("left", "right", "top", "bottom")]
    result = []
    for axis in (1, 0):
        reach = (taps[axis] - 1) * dilation[axis] + 1
        total = max(0, (-(-size[axis] // strides[axis]) - 1) * strides[axis] + reach - size[axis])
        result += [total // 2, total - total // 2]
    return result


def activate(name, x):
    return {
        "linear": lambda: x,
        "relu": lambda: functional.relu(x),
        "tanh": lambda: torch.tanh(x),
        "sigmoid": lambda: torch.sigmoid(x),
        "softmax": lambda: functional.softmax(x, dim=-1),
    }[name]()


def conv2d(x, options, weights):
    taps = pair(options["kernelSize"])
    strides = pair(options.get("strides", 1))
    dilation = pair(options.get("dilationRate", 1))
    around = padding_of(x.shape[1:3], taps, strides, dilation, options.get("padding", "valid"))
    y = functional.conv2d(
        functional.pad(x.permute(0, 3, 1, 2), around),
        weights["kernel"].permute(3, 2, 0, 1),
        weights.get("bias"),
        stride=strides,
        dilation=dilation,
        groups=options.get("groups", 1),
    )
    return activate(options.get("activation", "linear"), y.permute(0, 2, 3, 1))


def pool(x, options, average):
    taps = pair(options.get("poolSize", 2))
    strides = pair(options.get("strides", taps))
    around = padding_of(x.shape[1:3], taps, strides, [1, 1], options.get("padding", "valid"))
    image = x.permute(0, 3, 1, 2)
    if average:
        # PyTorch pads both sides alike; Keras does not, and counts only pixels of the image.
        ones = torch.ones_like(image)
        total = functional.avg_pool2d(functional.pad(image, around), taps, strides)
        inside = functional.avg_pool2d(functional.pad(ones, around), taps, strides)
        y = total / inside
    else:
        lowest = float("-inf")
        y = functional.max_pool2d(functional.pad(image, around, value=lowest), taps, strides)
    return y.permute(0, 2, 3, 1)


def batch_normalization(x, options, weights, training, moved):
    momentum = options.get("momentum", 0.99)
    image = x.permute(0, 3, 1, 2)
    y = functional.batch_norm(
        image,
        weights["moving_mean"].clone(),
        weights["moving_variance"].clone(),
        weights.get("gamma"),
        weights.get("beta"),
        training=training,
        eps=options.get("epsilon", 1e-3),
    )
    if training:
        # PyTorch keeps the variance over N - 1 values and counts momentum the other way round;
        # Keras keeps the variance over N that the batch was normalised with.
        now = {
            "moving_mean": image.mean((0, 2, 3)),
            "moving_variance": image.var((0, 2, 3), unbiased=False),
        }
        for name, value in now.items():
            old = weights[name].detach()
            moved.append((weights[name], old * momentum + value.detach() * (1 - momentum)))
    return y.permute(0, 2, 3, 1)


def apply_layer(spec, x, weights, training, moved):
    kind, options = spec["kind"], spec["options"]
    if kind == "conv2d":
        return conv2d(x, options, weights)
    if kind in ("maxPooling2d", "averagePooling2d"):
        return pool(x, options, kind == "averagePooling2d")
    if kind == "globalAveragePooling2d":
        return x.mean((1, 2))
    if kind == "batchNormalization":
        return batch_normalization(x, options, weights, training, moved)
    if kind == "flatten":
        return x.reshape(x.shape[0], -1)
    if kind == "dense":
        y = functional.linear(x, weights["kernel"].T, weights["bias"])
        return activate(options.get("activation", "linear"), y)
    if kind == "activation":
        return activate(options["activation"], x)
    if kind == "dropout" and options["rate"] == 0:
        return x
    raise ValueError(kind)


NAMES = {
    "conv2d": "conv2d",
    "maxPooling2d": "max_pooling2d",
    "averagePooling2d": "average_pooling2d",
    "globalAveragePooling2d": "global_average_pooling2d",
    "batchNormalization": "batch_normalization",
    "flatten": "flatten",
    "dense": "dense",
    "activation": "activation",
    "dropout": "dropout",
}


def weight_shapes(spec, x_shape):
    """Names and shapes of a layer's weights, in Keras's order."""
    kind, options = spec["kind"], spec["options"]
    if kind == "conv2d":
        taps = pair(options["kernelSize"])
        kernel = [*taps, x_shape[-1] // options.get("groups", 1), options["filters"]]
        shapes = [("kernel", kernel)]
        return shapes + [("bias", [options["filters"]])] * options.get("useBias", True)
    if kind == "dense":
        return [("kernel", [x_shape[-1], options["units"]]), ("bias", [options["units"]])]
    if kind == "batchNormalization":
        learned = [("gamma", "scale"), ("beta", "center")]
        names = [name for name, option in learned if options.get(option, True)]
        return [(name, [x_shape[-1]]) for name in [*names, "moving_mean", "moving_variance"]]
    return []


class Network:
    """The layers with first weights from shared_numbers, and one forward pass."""

    def __init__(self, spec):
        self.layers = spec["layers"]
        self.names = []
        self.weights = {}
        x = torch.zeros([1, *spec["inputShape"]])
        count = {}
        for one in self.layers:
            base = NAMES[one["kind"]]
            number = count.get(base, 0)
            count[base] = number + 1
            name = base if number == 0 else f"{base}_{number}"
            self.names.append(name)
            own = {}
            for weight, shape in weight_shapes(one, x.shape):
                first = shared_numbers.weight_values(len(self.weights), weight, shape)
                value = torch.tensor(first)
                value.requires_grad_(not weight.startswith("moving"))
                own[weight] = value
                self.weights[f"{name}/{weight}"] = value
            x = apply_layer(one, x, own, False, [])

    def trained(self):
        return {name: value for name, value in self.weights.items() if value.requires_grad}

    def __call__(self, x, training):
        self.moved = []
        for name, one in zip(self.names, self.layers):
            own = {
                weight.split("/")[1]: value
                for weight, value in self.weights.items()
                if weight.startswith(f"{name}/")
            }
            x = apply_layer(one, x, own, training, self.moved)
        return x

    def keep_statistics(self):
        for value, new in self.moved:
            value.data.copy_(new)


def loss_of(name, answers, results):
    if name == "sparseCategoricalCrossentropy":
        return functional.nll_loss(torch.log(results), answers)
    if name == "categoricalCrossentropy":
        return -(answers * torch.log(results)).sum(-1).mean()
    if name == "binaryCrossentropy":
        return functional.binary_cross_entropy(results, answers)
    return functional.mse_loss(results, answers)


def answers_of(spec, outputs, count):
    if spec["loss"] == "sparseCategoricalCrossentropy":
        return torch.tensor(shared_numbers.classes(2, count, outputs))
    if spec["loss"] == "categoricalCrossentropy":
        labels = torch.tensor(shared_numbers.classes(2, count, outputs))
        return functional.one_hot(labels, outputs).to(torch.float64)
    if spec["loss"] == "binaryCrossentropy":
        labels = torch.tensor(shared_numbers.classes(2, count * outputs, 2))
        return labels.to(torch.float64).reshape(count, outputs)
    return torch.tensor(shared_numbers.uniform(2, [count, outputs], -1, 1))


def optimizer_step(network, settings, state, step):
    """One step of torch.optim, with the gradients that are there, as Keras's formulas ask."""
    options = settings["options"]
    if settings["name"] == "adam":
        # Keras: w -= a m / (sqrt(v) + 1e-7) with a = rate sqrt(1 - beta2^t) / (1 - beta1^t).
        # PyTorch: w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps). Multiplying
        # its fraction by sqrt(1 - beta2^t) gives Keras's for eps = 1e-7 / sqrt(1 - beta2^t).
        adam = state.setdefault("adam", torch.optim.Adam(network.trained().values(), lr=0.001))
        adam.param_groups[0]["eps"] = 1e-7 / (1 - 0.999**step) ** 0.5
        adam.step()
        return
    rate, momentum = options["learningRate"], options.get("momentum", 0)
    # With a constant rate PyTorch's v (a sum of gradients) is Keras's (a sum of moves) over -rate,
    # plain, with momentum and with Nesterov's: w -= rate (g + momentum v).
    sgd = state.setdefault(
        "sgd",
        torch.optim.SGD(
            network.trained().values(),
            lr=rate,
            momentum=momentum,
            nesterov=options.get("nesterov", False),
        ),
    )
    sgd.step()


def train(spec, settings, x, answers):
    """The network after three steps, each on examples of its own, and the losses on the way."""
    network = Network(spec)
    state, losses = {}, []
    batch = spec["batch"]
    for step in range(1, STEPS + 1):
        rows = slice((step - 1) * batch, step * batch)
        loss = loss_of(spec["loss"], answers[rows], network(x[rows], True))
        for value in network.trained().values():
            value.grad = None
        loss.backward()
        optimizer_step(network, settings, state, step)
        network.keep_statistics()
        losses.append(loss.item())
    return network, losses


def data_of(spec):
    count = STEPS * spec["batch"]
    x = torch.tensor(shared_numbers.uniform(1, [count, *spec["inputShape"]], -1, 1))
    outputs = Network(spec)(x, False).shape[-1]
    return x, answers_of(spec, outputs, count)


def first_pass(spec, x, answers):
    network = Network(spec)
    first = slice(0, spec["batch"])
    results = network(x[first], True)
    loss = loss_of(spec["loss"], answers[first], results)
    loss.backward()
    return network, results, loss


def small_fixture(spec):
    x, answers = data_of(spec)
    network, results, loss = first_pass(spec, x, answers)
    gradients = {name: value.grad for name, value in network.trained().items()}
    fixture = {
        "network": {"inputShape": spec["inputShape"], "layers": spec["layers"]},
        "batch": spec["batch"],
        "loss": spec["loss"],
        "training": shared_numbers.rounded(results.detach()),
        "inference": shared_numbers.rounded(Network(spec)(x[: spec["batch"]], False).detach()),
        "value": shared_numbers.rounded([loss.item()])[0],
        "gradients": {name: shared_numbers.rounded(g) for name, g in gradients.items()},
        "trained": {},
    }
    for name, settings in OPTIMIZERS.items():
        trained, losses = train(spec, settings, x, answers)
        fixture["trained"][name] = {
            "optimizer": settings,
            "losses": shared_numbers.rounded(losses),
            "weights": {
                key: shared_numbers.rounded(value.detach())
                for key, value in trained.weights.items()
            },
            "inference": shared_numbers.rounded(trained(x[: spec["batch"]], False).detach()),
        }
    return fixture


def digest(value):
    """Sums over all of a tensor, and every so-many-th element of it."""
    flat = value.detach().reshape(-1)
    every = max(1, len(flat) // 37)
    return {
        "sum": shared_numbers.rounded([flat.sum().item()])[0],
        "squares": shared_numbers.rounded([(flat * flat).sum().item()])[0],
        "largest": shared_numbers.rounded([flat.abs().max().item()])[0],
        "every": every,
        "elements": shared_numbers.rounded(flat[::every]),
    }


def large_fixture(spec):
    x, answers = data_of(spec)
    network, results, loss = first_pass(spec, x, answers)
    fixture = {
        "network": {"inputShape": spec["inputShape"], "layers": spec["layers"]},
        "batch": spec["batch"],
        "loss": spec["loss"],
        "training": shared_numbers.rounded(results.detach()),
        "value": shared_numbers.rounded([loss.item()])[0],
        "gradients": {name: digest(value.grad) for name, value in network.trained().items()},
        "trained": {},
    }
    for name in ("adam", "nesterov"):
        trained, losses = train(spec, OPTIMIZERS[name], x, answers)
        fixture["trained"][name] = {
            "optimizer": OPTIMIZERS[name],
            "losses": shared_numbers.rounded(losses),
            "weights": {key: digest(value) for key, value in trained.weights.items()},
        }
    return fixture


def main():
    small = {name: small_fixture(spec) for name, spec in NETWORKS.items()}
    shared_numbers.write(here / "networks.json", small)
    shared_numbers.write(here / "mnist.json", large_fixture(MNIST))


main()
