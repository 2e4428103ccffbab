"""Makes packed-thrice.h5, a chunk of 4 MiB, deflated three times, that unpacks to 1.25 GiB, half.h5,
numbers of 2 bytes each, and long.h5, numbers of 16. Needs h5py."""

import zlib
from pathlib import Path

import h5py
import numpy

folder = Path(__file__).parent
size = 2**20
packer = zlib.compressobj(9)
packed = b"".join(packer.compress(bytes(2**24)) for _ in range(80)) + packer.flush()
packed = zlib.compress(zlib.compress(packed, 9), 9)
with h5py.File(folder / "packed-thrice.h5", "w", libver="latest") as file:
    settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    settings.set_chunk((size,))
    for _ in range(3):
        settings.set_deflate(9)
    space = h5py.h5s.create_simple((size,))
    dataset = h5py.h5d.create(file.id, b"a", h5py.h5t.IEEE_F32LE, space, settings)
    dataset.write_direct_chunk((0,), packed, 0)
with h5py.File(folder / "half.h5", "w", libver="latest") as file:
    file.create_dataset("half", data=[1, -0.25, 6e-8, 65504], dtype="<f2")
with h5py.File(folder / "long.h5", "w", libver="latest") as file:
    file.create_dataset("long", data=[1, 2], dtype=numpy.longdouble)
