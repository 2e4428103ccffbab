"""Reads event files by TensorBoard's own reader, and prints what it finds.

    venv/bin/pip install tensorboard && venv/bin/python read.py FOLDER
"""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

for part in ("train", "validation"):
    events = EventAccumulator(f"{sys.argv[1]}/{part}").Reload()
    tags = events.Tags()
    print(part, "graph" if tags["graph"] else "no graph")
    for tag in tags["scalars"]:
        print(" ", tag, [(one.step, round(one.value, 6)) for one in events.Scalars(tag)])
    for tag in tags["histograms"]:
        last = events.Histograms(tag)[-1]
        print(" ", tag, last.step, last.histogram_value.num, len(last.histogram_value.bucket))
    for tag in tags["images"]:
        last = events.Images(tag)[-1]
        print(" ", tag, last.step, last.height, last.width, last.encoded_image_string[1:4].decode())
    if tags["graph"]:
        print(" ", [(node.name, node.op, list(node.input)) for node in events.Graph().node])
