"""int8 holds, keeps first and last layer whole, and is refused when it costs too much."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

import quantise
from export import INPUTS

ROOM = Path(__file__).resolve().parents[1]


def run(monkeypatch, shards: Path, out: Path) -> None:
    arguments = ["--weights", ROOM / "weights" / "lite.pt", "--samples", shards / "samples",
                 "--watch", shards / "held-out", "--card", ROOM / "card.json", "--out", out,
                 "--count", "3"]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["quantise.py", *map(str, arguments)])
    quantise.main()


def test_a_sample_becomes_what_the_model_takes(shards):
    sample = np.load(next((shards / "samples").glob("*.npy")))[0]
    given = quantise.feeds(sample)
    rows, columns = sample.shape[1:]
    assert list(given) == list(INPUTS)
    assert given["luma"].shape == (1, 4, 2 * rows, 2 * columns)
    assert given["luma"][0, 0, 1, 0] == sample[2, 0, 0]
    assert np.array_equal(given["chroma"][0, 1], sample[5])


def test_int8_is_carded_when_it_holds_and_refused_when_not(shards, tmp_path, monkeypatch):
    out = tmp_path / "small.onnx"
    run(monkeypatch, shards, out)
    card = json.loads(out.with_suffix(".json").read_text())
    assert "dB" in card["int8"] and card["name"] == "small"
    kinds = [tensor.data_type for tensor in onnx.load(out).graph.initializer]
    assert kinds.count(onnx.TensorProto.INT8) >= 10
    monkeypatch.setattr(quantise, "MOST_LOSS", -9)
    with pytest.raises(SystemExit, match="expected a loss"):
        run(monkeypatch, shards, out)
    assert not out.exists()
