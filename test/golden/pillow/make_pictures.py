"""Pictures of every kind that Fovea decodes, and their pixels as Pillow has them.

Needs: pillow, numpy. Run from this folder: python make_pictures.py
Each picture is 12 x 18 pixels, in pictures/; expected.json holds what decoding it must give, as base64 of u8 [H, W, C].
Pillow does the decoding, and its own rules are stated where Fovea's differ: `over` lays transparency over white.
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

folder = Path(__file__).parent / "pictures"
folder.mkdir(exist_ok=True)
expected = {}
HEIGHT, WIDTH = 12, 18


def pixels(channels):
    """Smooth colours with a little noise, and an asymmetric mark, so that turns and mirrors differ."""
    rng = np.random.default_rng(channels)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [127 + 80 * np.sin(x / 4 + k) + 40 * np.cos(y / 3 - k) for k in range(channels)]
    values = np.stack(planes, -1) + rng.normal(0, 3, (HEIGHT, WIDTH, channels))
    values[:3, :5] = 250
    return np.clip(values, 0, 255).astype("u1")


def over_white(image):
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def expect(name, image, tolerance=0):
    values = np.asarray(image, dtype="u1")
    values = values.reshape(*values.shape[:2], -1)
    text = base64.b64encode(values.tobytes()).decode()
    expected[name] = {"shape": values.shape, "tolerance": tolerance, "data": text}


def keep(name, data, image, tolerance=0):
    (folder / name).write_bytes(data)
    expect(name, image, tolerance)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


def chunk(tag, data):
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))


def png(width, height, depth, colour_type, rows, interlace=0):
    """A PNG of a kind that Pillow does not write, of rows without filters."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace)
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def png16(values, colour_type):
    height, width = values.shape[:2]
    return png(width, height, 16, colour_type, values.astype(">u2"))


def adam7(values):
    """The seven passes: first row, first column, steps."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2)]
    passes.append((1, 0, 2, 1))
    rows = [row for y, x, dy, dx in passes for row in values[y::dy, x::dx]]
    height, width = values.shape[:2]
    return png(width, height, 8, 2, rows, interlace=1)


def s15(value):
    return struct.pack(">i", round(value * 65536))


def rgb_profile(primaries, gamma):
    """An ICC profile of three primaries, adapted to D50, and one gamma."""
    xyz = lambda v: b"XYZ \0\0\0\0" + b"".join(s15(c) for c in v)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78
    tags = [(b"desc", text), (b"wtpt", xyz((0.9642, 1.0, 0.8249)))]
    tags += [(name, xyz(v)) for name, v in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    tags.append((b"cprt", b"text\0\0\0\0none\0\0\0\0"))
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags:
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += s15(0.9642) + s15(1.0) + s15(0.8249)
    return head.ljust(128, b"\0") + table + body


# Adobe RGB's primaries, as adapted to D50.
wide = rgb_profile(
    ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)), 2.2
)

rgb, grey = Image.fromarray(pixels(3)), Image.fromarray(pixels(1)[..., 0])
grey_alpha, rgba = Image.fromarray(pixels(2), "LA"), Image.fromarray(pixels(4), "RGBA")
cmyk = Image.fromarray(pixels(4), "CMYK")

for name, kind, options in [
    ("rgb.png", "PNG", {}),
    ("rgb.tiff", "TIFF", {"compression": "tiff_lzw"}),
    ("rgb.webp", "WEBP", {"lossless": True}),
]:
    keep(name, saved(rgb, kind, **options), rgb)

keep("interlaced.png", adam7(pixels(3)), opened(adam7(pixels(3))).convert("RGB"))

for name, options in [
    ("baseline.jpg", {"quality": 90}),
    ("progressive.jpg", {"quality": 90, "progressive": True}),
    ("subsampled.jpg", {"quality": 80, "subsampling": 2}),
]:
    data = saved(rgb, "JPEG", **options)
    keep(name, data, opened(data).convert("RGB"), 1)

data = saved(rgb, "WEBP", quality=80)
keep("lossy.webp", data, opened(data).convert("RGB"), 1)
data = saved(rgb, "AVIF", quality=90, subsampling="4:4:4")
keep("rgb.avif", data, opened(data).convert("RGB"), 3)

keep("grey.png", saved(grey, "PNG"), grey.convert("RGB"))
keep("grey.jpg", saved(grey, "JPEG"), opened(saved(grey, "JPEG")).convert("RGB"), 1)
keep("bits.png", saved(grey.convert("1"), "PNG"), grey.convert("1").convert("RGB"))
keep("bits.tiff", saved(grey.convert("1"), "TIFF"), grey.convert("1").convert("RGB"))
keep("grey-alpha.png", saved(grey_alpha, "PNG"), over_white(grey_alpha))
keep("rgba.png", saved(rgba, "PNG"), over_white(rgba))
keep("rgba.webp", saved(rgba, "WEBP", lossless=True, exact=True), over_white(rgba))
keep("rgba.tiff", saved(rgba, "TIFF"), over_white(rgba))

palette = rgb.quantize(16)
keep("palette.png", saved(palette, "PNG"), palette.convert("RGB"))
keep("palette.gif", saved(palette, "GIF"), palette.convert("RGB"))
data = saved(palette, "PNG", transparency=0)
keep("palette-transparent.png", data, over_white(opened(data)))
frames = [Image.fromarray(np.roll(pixels(3), 5 * i, 1)).quantize(16) for i in range(3)]
data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
keep("animated.gif", data, opened(data).convert("RGB"))
frames = [Image.fromarray(np.roll(pixels(3), 5 * i, 1)) for i in range(3)]
data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
keep("animated.webp", data, frames[0])
keep("pages.tiff", saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]), frames[0])

# Of 16 bits the upper 8 stay, as in Pillow.
deep = np.random.default_rng(16)
for name, channels, colour_type in [("grey-16", 1, 0), ("rgb-16", 3, 2), ("rgba-16", 4, 6)]:
    values = deep.integers(0, 65536, (HEIGHT, WIDTH, channels))
    high = (values >> 8).astype("u1")
    image = Image.fromarray(high[..., 0] if channels == 1 else high)
    keep(f"{name}.png", png16(values, colour_type), over_white(image))

# CMYK without a profile: Pillow's plain formula.
data = saved(cmyk, "JPEG", quality=95)
keep("cmyk.jpg", data, opened(data).convert("RGB"), 1)
keep("cmyk.tiff", saved(cmyk, "TIFF"), cmyk.convert("RGB"))

# Colours of another space, by LittleCMS: Adobe's primaries to sRGB.
into = ImageCms.createProfile("sRGB")
transform = lambda image: ImageCms.profileToProfile(
    image, ImageCms.ImageCmsProfile(io.BytesIO(wide)), into, renderingIntent=0
)
keep("wide.png", saved(rgb, "PNG", icc_profile=wide), transform(rgb), 2)
data = saved(rgb, "JPEG", icc_profile=wide, quality=95)
keep("wide.jpg", data, transform(opened(data)), 2)

# The eight orientations of EXIF.
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind, name in [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tiff")]:
        if kind != "JPEG" and orientation not in (3, 6):
            continue
        options = {"lossless": True} if kind == "WEBP" else {}
        data = saved(rgb, kind, exif=exif, **options)
        upright = ImageOps.exif_transpose(opened(data)).convert("RGB")
        keep(f"orientation-{orientation}.{name}", data, upright, 1 if kind == "JPEG" else 0)

lines = ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in sorted(expected.items()))
(Path(__file__).parent / "expected.json").write_text("{\n" + lines + "\n}\n")
