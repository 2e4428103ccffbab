"""Makes records.json for event-file.test.ts: event records as TensorFlow itself writes them.

    venv/bin/pip install tensorflow-cpu==2.* && venv/bin/python make.py
"""

import json
import pathlib
import tempfile

import tensorflow as tf
from tensorflow.core.framework import graph_pb2, summary_pb2
from tensorflow.core.util import event_pb2

here = pathlib.Path(__file__).resolve().parent
Value = summary_pb2.Summary.Value


def records():
    yield event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2")
    scalars = [Value(tag="epoch_loss", simple_value=0.1), Value(tag="épreuve", simple_value=-2.5)]
    yield event_pb2.Event(wall_time=1700000001.5, step=300, summary=summary_pb2.Summary(value=scalars))
    histogram = summary_pb2.HistogramProto(
        min=-1, max=2, num=4, sum=1.5, sum_squares=5.25, bucket_limit=[0, 1, 2], bucket=[1, 2, 1]
    )
    summary = summary_pb2.Summary(value=[Value(tag="dense/kernel", histo=histogram)])
    yield event_pb2.Event(wall_time=3, summary=summary)
    image = summary_pb2.Summary.Image(
        height=2, width=3, colorspace=1, encoded_image_string=bytes(range(5))
    )
    summary = summary_pb2.Summary(value=[Value(tag="picture", image=image)])
    yield event_pb2.Event(wall_time=3.5, summary=summary)
    graph = graph_pb2.GraphDef()
    graph.node.add(name="x", op="InputLayer")
    graph.node.add(name="add", op="Add", input=["x", "x"])
    yield event_pb2.Event(wall_time=4, graph_def=graph.SerializeToString(deterministic=True))


def main():
    written = []
    for record in records():
        with tempfile.NamedTemporaryFile() as file:
            with tf.io.TFRecordWriter(file.name) as writer:
                writer.write(record.SerializeToString(deterministic=True))
            written.append(pathlib.Path(file.name).read_bytes().hex())
    (here / "records.json").write_text(json.dumps(written, indent=2) + "\n")


if __name__ == "__main__":
    main()
