"""OpenVINO's side of the benchmark: told over stdin what to run, answers in one JSON line each.

    infer mnist 128 5   five batches of 128 images through FOLDER/mnist-128.onnx: {"times": [ms, ...]}

The first line that it writes names the version.
"""
import argparse
import json
import os
import sys
import time

import numpy
import openvino


class Step:
    """A network, compiled for this processor, with images to run it on."""

    def __init__(self, path, threads):
        core = openvino.Core()
        model = core.read_model(path)
        options = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        self.request = core.compile_model(model, "CPU", options).create_infer_request()
        shape = [int(size) for size in model.inputs[0].shape]
        self.images = numpy.random.rand(*shape).astype(numpy.float32)
        for _ in range(3):
            self.request.infer([self.images])

    def times(self, count):
        times = []
        for _ in range(count):
            start = time.perf_counter()
            self.request.infer([self.images])
            times.append((time.perf_counter() - start) * 1e3)
        return times


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--folder", required=True)
    args = options.parse_args()
    # Answers have standard output to themselves: what libraries print there goes to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    steps = {}

    def write(record):
        print(json.dumps(record), file=answers, flush=True)

    write({"version": f"OpenVINO {openvino.__version__.split('-')[0]}"})
    for line in sys.stdin:
        _, name, batch, count = line.split()
        path = f"{args.folder}/{name}-{batch}.onnx"
        if path not in steps:
            steps.clear()
            steps[path] = Step(path, args.threads)
        write({"times": steps[path].times(int(count))})


if __name__ == "__main__":
    main()
