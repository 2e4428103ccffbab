"""PyTorch's side of style transfer: told over stdin what to run, answers in one JSON line each.

    style 256 3   three steps of L-BFGS on a picture of 256 x 256: {"milliseconds": of one loss with its gradient, "layout": "..."}

The layers of Gatys et al. in torchvision's VGG-19, with weights at random. Both memory layouts are tried once, and the
faster one is kept. The first line that it writes names the version.
"""
import argparse
import json
import sys
import time

import torch
import torchvision
from torch.nn import functional

STYLE = [1, 6, 11, 20, 29]
CONTENT = 22
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def gram(x):
    flat = x.flatten(2)[0]
    return flat @ flat.T / flat.shape[1]


class Transfer:
    def __init__(self, size, layout):
        torch.manual_seed(0)
        form = LAYOUTS[layout]
        network = torchvision.models.vgg19(weights=None).features[: STYLE[-1] + 1].eval()
        self.network = network.requires_grad_(False).to(memory_format=form)
        for module in self.network:
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
        self.form = form
        picture = lambda: torch.rand(1, 3, size, size)
        with torch.no_grad():
            content, style = self.features(picture()), self.features(picture())
        self.content = content[CONTENT]
        self.styles = [gram(style[layer]) for layer in STYLE]
        # L-BFGS takes contiguous gradients alone.
        self.image = picture().requires_grad_()
        self.layout = layout

    def features(self, x):
        found = {}
        x = x.contiguous(memory_format=self.form)
        for i, module in enumerate(self.network):
            x = module(x)
            if i in STYLE or i == CONTENT:
                found[i] = x
        return found

    def loss(self):
        found = self.features(self.image)
        content = functional.mse_loss(found[CONTENT], self.content, reduction="sum")
        total = content / (self.content**2).sum()
        for layer, target in zip(STYLE, self.styles):
            total = total + 2 * ((gram(found[layer]) - target) ** 2).sum() / (target**2).sum()
        rows = ((self.image[..., 1:, :] - self.image[..., :-1, :]) ** 2).sum()
        columns = ((self.image[..., 1:] - self.image[..., :-1]) ** 2).sum()
        return total + (rows + columns) / self.image.numel()

    def milliseconds(self, steps):
        """Of one loss with its gradient, the optimizer's work included."""
        count = 0
        optimizer = torch.optim.LBFGS(
            [self.image],
            max_iter=steps,
            history_size=10,
            tolerance_grad=0,
            tolerance_change=0,
            line_search_fn="strong_wolfe",
        )

        def closure():
            nonlocal count
            count += 1
            optimizer.zero_grad()
            loss = self.loss()
            loss.backward()
            return loss

        start = time.perf_counter()
        optimizer.step(closure)
        return 1e3 * (time.perf_counter() - start) / count


def fastest(size):
    transfers = [Transfer(size, layout) for layout in LAYOUTS]
    for transfer in transfers:
        transfer.milliseconds(1)
    return min(transfers, key=lambda transfer: transfer.milliseconds(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    version = f"PyTorch {torch.__version__} with torchvision {torchvision.__version__}"
    print(json.dumps({"version": version}), flush=True)
    transfers = {}
    for line in sys.stdin:
        _, size, steps = line.split()
        if size not in transfers:
            transfers[size] = fastest(int(size))
        transfer = transfers[size]
        times = {"milliseconds": transfer.milliseconds(int(steps)), "layout": transfer.layout}
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
