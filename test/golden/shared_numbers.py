"""Numbers that both sides of a golden test make for themselves, so that fixtures hold answers only.

`shared-numbers.ts` is the same function in TypeScript: a 32-bit hash of (stream, index), exact in both.
"""

import json

import numpy


def _mix(values):
    """The finalizer of MurmurHash3 (Appleby, public domain)."""
    values = values ^ (values >> 16)
    values = (values * 0x85EBCA6B) & 0xFFFFFFFF
    values = values ^ (values >> 13)
    values = (values * 0xC2B2AE35) & 0xFFFFFFFF
    return values ^ (values >> 16)


def words(stream, count):
    """`count` numbers of 32 bits."""
    index = numpy.arange(1, count + 1, dtype=numpy.uint64)
    return _mix((index * 0x9E3779B1 + stream * 0x7FEB352D) & 0xFFFFFFFF)


def uniform(stream, shape, low, high):
    """Numbers in [low, high) that f32 holds exactly, in f64."""
    count = int(numpy.prod(shape))
    unit = words(stream, count).astype(numpy.float64) / 2**32
    values = low + unit * (high - low)
    return values.astype(numpy.float32).astype(numpy.float64).reshape(shape)


def classes(stream, count, limit):
    """Whole numbers below `limit`."""
    return (words(stream, count) % limit).astype(numpy.int64)


def weight_values(index, name, shape):
    """The first values of the weight number `index`: as wide as Glorot's, never all alike."""
    if name == "kernel":
        taps = int(numpy.prod(shape[:-2]))
        limit = (6 / (taps * (shape[-2] + shape[-1]))) ** 0.5
        return uniform(100 + index, shape, -limit, limit)
    if name in ("gamma", "moving_variance"):
        return uniform(100 + index, shape, 0.5, 1.5)
    return uniform(100 + index, shape, -0.1, 0.1)


def text_hash(text):
    """32 bits of a text: FNV-1a."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def named_values(name, shape, gain=1):
    """First values for the weight `layer/weight`: kernels as wide as He's, so that nothing dies out, times `gain`."""
    kind = name.split("/")[-1]
    stream = text_hash(name)
    if kind.endswith("kernel") and len(shape) > 1:
        taps = int(numpy.prod(shape[:-2]))
        inputs = 1 if len(shape) == 4 and shape[-1] == 1 else shape[-2]
        limit = gain * (6 / (taps * inputs)) ** 0.5
        return uniform(stream, shape, -limit, limit)
    if kind in ("gamma", "moving_variance", "variance"):
        return uniform(stream, shape, 0.5, 1.5)
    return uniform(stream, shape, -0.1, 0.1)


def weights_digest(weights):
    """32 bits of the names and shapes of all weights, in any order."""
    lines = sorted(f"{name}:{','.join(str(size) for size in shape)}" for name, shape in weights)
    return text_hash("\n".join(lines))


def sketch(values):
    """Of many numbers their shape, their root mean square, and eight of them."""
    flat = values.ravel()
    places = [int((i + 0.5) * flat.size / 8) for i in range(8)]
    rms = float(numpy.sqrt(numpy.mean(flat**2)))
    return {"shape": list(values.shape), "rms": rounded([rms])[0], "some": rounded(flat[places])}


def rounded(values):
    """A flat list of f32 numbers, each in as few digits as tell it from its neighbours."""
    flat = numpy.asarray(values, dtype=numpy.float64).astype(numpy.float32).ravel()
    return [Literal(value) for value in flat]


class Literal(float):
    """A number that JSON writes with the digits of f32."""

    def __new__(cls, value):
        self = super().__new__(cls, float(value))
        self.text = numpy.format_float_scientific(numpy.float32(value), trim="-", exp_digits=1)
        plain = numpy.format_float_positional(numpy.float32(value), trim="-")
        if len(plain) <= len(self.text):
            self.text = plain
        return self

    def __repr__(self):
        return self.text


def write(path, content):
    """One entry a line, so that a change shows where it is."""

    def text(value, depth):
        if isinstance(value, dict) and depth < 3:
            inner = ",\n".join(
                f"{'  ' * (depth + 1)}{json.dumps(key)}: {text(item, depth + 1)}"
                for key, item in value.items()
            )
            return f"{{\n{inner}\n{'  ' * depth}}}"
        if isinstance(value, dict):
            return "{" + ",".join(f"{json.dumps(k)}:{text(v, depth + 1)}" for k, v in value.items()) + "}"
        if isinstance(value, (list, tuple)):
            return "[" + ",".join(text(item, depth + 1) for item in value) + "]"
        return repr(value) if isinstance(value, Literal) else json.dumps(value, ensure_ascii=False)

    path.write_text(text(content, 0) + "\n")
