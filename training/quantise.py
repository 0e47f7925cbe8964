"""The learned layers in int8, calibrated on samples of training; refused if that costs too much.

First and last layer stay whole, and so does the arithmetic round the layers.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from export import describe, export, load
from samples import PLANES
from scenes import unpack

MOST_LOSS = 0.2
"""dB, against the truth."""
PICTURES = ("frame", "past", "future", "past_background")
COUNTS = ("past_count", "future_count", "past_background_count")
Feeds = dict[str, np.ndarray]


def feeds(sample: np.ndarray) -> Feeds:
    """A sample `[DEPTH, h, w]` as the inputs of the exported model."""
    rows = sample.shape[1]
    luma, chroma = [], []
    for name in PICTURES:
        picture = unpack(sample[PLANES[name]].transpose(1, 2, 0))
        luma.append(picture[: 2 * rows])
        chroma += list(sample[PLANES[name]][4:])
    counts = [sample[PLANES[name]][0] for name in COUNTS]
    return {
        "luma": np.stack(luma)[None],
        "chroma": np.stack(chroma)[None],
        "counts": np.stack(counts)[None],
        "mask": sample[PLANES["mask"]][None],
        "sigma": sample[PLANES["sigma"]][None],
        "strength": np.ones(1, np.float32),
        "synthesis": np.ones(1, np.float32),
    }


class Calibration(CalibrationDataReader):
    """Hands out samples one after the other."""

    def __init__(self, samples: np.ndarray) -> None:
        self.rest = iter(samples)

    def get_next(self) -> Feeds | None:
        sample = next(self.rest, None)
        return None if sample is None else feeds(sample)


def layers(path: Path) -> list[str]:
    """The learned layers between the first and the last: what has a bias is learned."""
    graph = onnx.load(path).graph
    names = [n.name for n in graph.node if n.op_type == "Conv" and len(n.input) > 2]
    return [name for name in names if "head" not in name and "tail" not in name]


def quantise(whole: Path, samples: np.ndarray, out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(whole), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready), str(out), Calibration(samples), quant_format=QuantFormat.QDQ,
            per_channel=True, weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8,
            nodes_to_quantize=layers(ready),
        )  # fmt: skip


def error(path: Path, samples: np.ndarray) -> float:
    """Mean squared error of luma, squared grey levels."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    sums = []
    for sample in samples:
        luma = session.run(["restored_luma"], feeds(sample))[0][0, 0]
        truth = unpack(sample[PLANES["clean"]].transpose(1, 2, 0))[: luma.shape[0]]
        sums.append(np.mean((luma.astype(np.float64) - truth) ** 2))
    return float(np.mean(sums))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True, help="shards to calibrate on")
    parser.add_argument("--watch", type=Path, required=True, help="shards of held-out cameras")
    parser.add_argument("--card", type=Path, required=True, help="JSON with data, licences, scores")
    parser.add_argument("--out", type=Path, required=True, help="models/NAME.onnx")
    parser.add_argument("--count", type=int, default=24, help="samples of each")
    options = parser.parse_args()
    shards = (sorted(folder.glob("*.npy")) for folder in (options.samples, options.watch))
    shown, held = (
        np.concatenate([np.load(path, mmap_mode="r")[::3] for path in paths[: options.count]])
        for paths in shards
    )
    generator = load(options.weights)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        export(generator, whole)
        quantise(whole, shown[: options.count], options.out)
        errors = [error(path, held[: options.count]) for path in (whole, options.out)]
    loss = 10 * math.log10(errors[1] / errors[0])
    print(f"int8 costs {loss:.3f} dB on {len(held[: options.count])} held-out samples")
    if loss > MOST_LOSS:
        options.out.unlink()
        raise SystemExit(f"expected a loss of {MOST_LOSS} dB at most; the int8 file was removed")
    facts = json.loads(options.card.read_text()) | {"int8": f"costs {loss:.3f} dB, held out"}
    card = describe(options.out, generator, facts)
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
