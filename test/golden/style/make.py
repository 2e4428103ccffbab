"""Makes style.json and lbfgs.json with PyTorch: python3 make.py

style.json: the loss of Gatys, Ecker and Bethge (CVPR 2016) and its gradient, on a small network in the shape of VGG, of
which weights and pictures come from shared_numbers.py. Once by the paper's formulas, once relative to the squares of the
targets, and with total variation. Layout: NHWC, pixels 0 to 255.

lbfgs.json: the first steps of torch.optim.LBFGS with strong Wolfe conditions on a function of six numbers, in float64.
"""

import json
import pathlib
import sys

import torch
from torch.nn import functional

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent))
import shared_numbers  # noqa: E402

HEIGHT, WIDTH = 13, 18
STYLE_HEIGHT, STYLE_WIDTH = 15, 11
CHANNELS = [3, 6, 8, 10, 12]
CONTENT = {"conv4": 1.0}
STYLE = {"conv1": 0.25, "conv3": 0.75}
WEIGHTS = {"content": 2.0, "style": 30.0, "totalVariation": 0.5}


def tensor(values, shape):
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def weights():
    """Kernels [3, 3, C, K] and biases in Fovea's order, as PyTorch lays them out."""
    found = []
    for i in range(4):
        for j, (name, shape) in enumerate(
            [("kernel", (3, 3, CHANNELS[i], CHANNELS[i + 1])), ("bias", (CHANNELS[i + 1],))]
        ):
            values = shared_numbers.weight_values(2 * i + j, name, shape)
            value = tensor(values, shape)
            found.append(value.permute(3, 2, 0, 1) if name == "kernel" else value)
    return found


def features(image):
    """What the layers give for pixels [H, W, 3]."""
    x = (image / 127.5 - 1).permute(2, 0, 1)[None]
    values = weights()
    found = {}
    for i in range(4):
        x = functional.relu(functional.conv2d(x, values[2 * i], values[2 * i + 1], padding=1))
        found[f"conv{i + 1}"] = x
        if i == 1:
            x = functional.max_pool2d(x, 2)
    return found


def gram(x):
    flat = x.reshape(x.shape[1], -1)
    return flat @ flat.T


def loss_of(image, content, style, normalization):
    own, wanted, painted = features(image), features(content), features(style)
    contents = torch.zeros((), dtype=torch.float64)
    for name, weight in CONTENT.items():
        squares = ((own[name] - wanted[name]) ** 2).sum()
        if normalization == "gatys":
            contents = contents + weight * squares / 2
        else:
            contents = contents + weight * squares / (wanted[name] ** 2).sum()
    styles = torch.zeros((), dtype=torch.float64)
    for name, weight in STYLE.items():
        places = own[name][0, 0].numel()
        style_places = painted[name][0, 0].numel()
        channels = own[name].shape[1]
        # A style of another size counts as if it had as many places.
        target = gram(painted[name]) * (places / style_places)
        squares = ((gram(own[name]) - target) ** 2).sum()
        if normalization == "gatys":
            styles = styles + weight * squares / (4 * channels**2 * places**2)
        else:
            styles = styles + weight * squares / (target**2).sum()
    levels = image / 255
    variation = ((levels[1:] - levels[:-1]) ** 2).sum() + ((levels[:, 1:] - levels[:, :-1]) ** 2).sum()
    variation = variation / levels.numel()
    total = WEIGHTS["content"] * contents + WEIGHTS["style"] * styles
    total = total + WEIGHTS["totalVariation"] * variation
    return {"loss": total, "content": contents, "style": styles, "totalVariation": variation}


def style_case(normalization):
    def picture(stream, shape):
        return tensor(shared_numbers.uniform(stream, shape, 0, 255), shape)

    image = picture(1, (HEIGHT, WIDTH, 3)).requires_grad_()
    content = picture(2, (HEIGHT, WIDTH, 3)).round()
    style = picture(3, (STYLE_HEIGHT, STYLE_WIDTH, 3)).round()
    parts = loss_of(image, content, style, normalization)
    parts["loss"].backward()
    numbers = {name: value.item() for name, value in parts.items()}
    gradient = [float(f"{value:.7g}") for value in image.grad.flatten().tolist()]
    return {**numbers, "gradient": gradient}


def function(x):
    """A curved valley along which each number follows the square of the one before, and a wave across it."""
    valley = (20 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    return valley + torch.cos(3 * x).sum()


def trajectory(history, rate, steps):
    x = torch.tensor([-1.2, 1.0, -0.5, 0.8, 0.3, -0.9], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [x], lr=rate, max_iter=1, max_eval=1000, history_size=history, line_search_fn="strong_wolfe"
    )
    evaluations = 0

    def closure():
        nonlocal evaluations
        evaluations += 1
        optimizer.zero_grad()
        loss = function(x)
        loss.backward()
        return loss

    found = []
    for _ in range(steps):
        optimizer.step(closure)
        # Each call asks for the value at its first point again.
        found.append({"x": x.detach().tolist(), "loss": function(x).item()})
    return {"history": history, "rate": rate, "evaluations": evaluations - (steps - 1), "steps": found}


def main():
    cases = {name: style_case(name) for name in ("gatys", "relative")}
    (here / "style.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    # First trials that are right, too far, and not far enough.
    trajectories = [trajectory(h, rate, 12) for h, rate in [(10, 1), (3, 1), (10, 7), (4, 0.04)]]
    (here / "lbfgs.json").write_text(json.dumps(trajectories, separators=(",", ":")) + "\n")


main()
