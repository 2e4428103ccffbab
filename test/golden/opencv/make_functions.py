"""Functions on pictures as OpenCV, Pillow and torchvision have them.

Needs: opencv-python, pillow, torch, torchvision, numpy. Run from this folder: python make_functions.py
scene.png is the input, 24 x 32 pixels; functions.json holds the results, each with its peer and tolerance.
"""

import base64
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from torchvision.transforms.v2 import functional as tv

folder = Path(__file__).parent
HEIGHT, WIDTH = 24, 32


def scene():
    """Waves, a disc, a bar, and a little noise."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [110 + 50 * np.sin(x / 9 + k) + 30 * np.cos(y / 7 - 2 * k) for k in range(3)]
    values = np.stack(planes, -1) + rng.normal(0, 3, (HEIGHT, WIDTH, 3))
    values[(y - 11) ** 2 + (x - 12) ** 2 < 40] += (70, 20, -40)
    values[15:20, 19:29] -= (60, 60, 10)
    return np.clip(values, 20, 235).astype("u1")


rgb = scene()
Image.fromarray(rgb).save(folder / "scene.png", optimize=True)
image = Image.fromarray(rgb)
grey = np.asarray(image.convert("L"))
results = []


def add(function, values, peer, tolerance=0, grey=False, **options):
    values = np.asarray(values)
    values = values.reshape(*values.shape[:2], -1)
    text = base64.b64encode(values.astype("<f4" if values.dtype.kind == "f" else "u1").tobytes())
    results.append(
        dict(
            function=function,
            peer=peer,
            grey=grey,
            floats=values.dtype.kind == "f",
            tolerance=tolerance,
            options=options,
            shape=values.shape,
            data=text.decode(),
        )
    )


borders = {
    "same": cv2.BORDER_CONSTANT,
    "symmetric": cv2.BORDER_REFLECT,
    "reflect": cv2.BORDER_REFLECT_101,
    "nearest": cv2.BORDER_REPLICATE,
}
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "f4")
emboss = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], "f4")
wide = np.array([[1, 2, 0, -2, -1], [0, 3, 1, 0, 1], [2, 0, -4, 1, 0]], "f4") / 4
for border, code in borders.items():
    add("filter", cv2.filter2D(grey, -1, sharpen, borderType=code), "opencv", grey=True,
        kernel="sharpen", border=border)
add("filter", cv2.filter2D(rgb, -1, emboss), "opencv", kernel="emboss")
floats = grey.astype("f4")
add("filter", cv2.filter2D(floats, -1, wide)[1:-1, 2:-2], "opencv", 1e-3, grey=True,
    kernel=wide.tolist(), border="valid")
add("filter", cv2.Sobel(floats, cv2.CV_32F, 1, 0), "opencv", 1e-3, grey=True, kernel="sobelX")
add("filter", cv2.Sobel(floats, cv2.CV_32F, 0, 1), "opencv", 1e-3, grey=True, kernel="sobelY")
add("filter", cv2.Scharr(floats, cv2.CV_32F, 1, 0), "opencv", 1e-3, grey=True, kernel="scharrX")
add("filter", cv2.Scharr(floats, cv2.CV_32F, 0, 1), "opencv", 1e-3, grey=True, kernel="scharrY")
add("filter", cv2.Laplacian(floats, cv2.CV_32F), "opencv", 1e-3, grey=True, kernel="laplacian")
add("filter", cv2.blur(floats, (3, 3)), "opencv", 1e-3, grey=True, kernel="boxBlur")

# OpenCV's blur of bytes has weights of 8 bits.
for sigma, size in [(0.8, 5), (2, 9)]:
    add("gaussianBlur", cv2.GaussianBlur(grey, (size, size), sigma), "opencv", 1, grey=True,
        sigma=sigma, kernelSize=size)
tensor = torch.from_numpy(rgb.copy()).permute(2, 0, 1)
blurred = tv.gaussian_blur(tensor.float(), [7, 5], [1.5, 0.7]).permute(1, 2, 0).numpy()
# torchvision has columns first.
add("gaussianBlur", blurred, "torchvision", 1e-3, sigma=[0.7, 1.5], kernelSize=[5, 7])
# torchvision blurs bytes in f32, where a half may fall to either side.
add("gaussianBlur", tv.gaussian_blur(tensor, [7, 7], [2.0, 2.0]).permute(1, 2, 0).numpy(),
    "torchvision", 1, sigma=2, kernelSize=7)

for low, high in [(50, 150), (20, 60)]:
    for l2 in [False, True]:
        edges = cv2.Canny(grey, low, high, L2gradient=l2)
        add("canny", edges, "opencv", grey=True, low=low, high=high, l2Gradient=l2)
add("canny", cv2.Canny(rgb, 60, 120), "opencv", low=60, high=120)

for limit, tiles in [(40, (8, 8)), (2, (4, 4)), (3, (3, 5))]:
    engine = cv2.createCLAHE(clipLimit=limit, tileGridSize=tiles[::-1])
    add("clahe", engine.apply(grey), "opencv", 1, grey=True, clipLimit=limit, tiles=list(tiles))

add("equalize", ImageOps.equalize(image), "pillow")
add("equalize", tv.equalize(tensor).permute(1, 2, 0).numpy(), "torchvision")
add("autoContrast", ImageOps.autocontrast(image), "pillow")
add("autoContrast", ImageOps.autocontrast(image, cutoff=3), "pillow", cutoff=3)
add("autoContrast", ImageOps.autocontrast(image, cutoff=(1, 8)), "pillow", cutoff=[1, 8])
add("invert", ImageOps.invert(image), "pillow")
add("posterize", ImageOps.posterize(image, 3), "pillow", bits=3)
add("posterize", tv.posterize(tensor, 1).permute(1, 2, 0).numpy(), "torchvision", bits=1)
add("solarize", ImageOps.solarize(image), "pillow")
add("solarize", ImageOps.solarize(image, 77), "pillow", threshold=77)
add("grayscale", np.asarray(image.convert("L")), "pillow")

lines = ",\n".join(json.dumps(one) for one in results)
(folder / "functions.json").write_text(f"[\n{lines}\n]\n")
