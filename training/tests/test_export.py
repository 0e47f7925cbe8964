"""From weights to a model with its card, and the one command that does it all."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from export import INPUTS, OUTPUTS, Planes, describe, example, export, load
from networks import DEPTHS, REFINED, SIZES, Generator
from train import load_fitting

ROOM = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=[False, True], ids=["one look", "two looks"])
def model(tmp_path_factory, request) -> tuple[Path, Generator]:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    generator = Generator((8, 8, 8, 8), refined=request.param).eval()
    if generator.refine is not None:
        torch.nn.init.normal_(generator.refine.tail.weight, std=0.1)
    export(generator, path)  # fails when the file and PyTorch differ
    return path, generator


def test_the_file_takes_any_size_and_batch(model):
    session = onnxruntime.InferenceSession(str(model[0]), providers=["CPUExecutionProvider"])
    given = example(5, 24, 40)
    two = {k: np.concatenate([v, v]) if v.ndim > 1 else v for k, v in given.items()}
    one, both = session.run(list(OUTPUTS), given), session.run(list(OUTPUTS), two)
    for a, b in zip(one, both, strict=True):
        assert np.array_equal(a[0], b[1])


def test_cells_that_are_neither_hidden_nor_noisy_are_the_same_bytes(model):
    given = {k: torch.from_numpy(v) for k, v in example(3, 32, 40).items()}
    luma, chroma, _ = Planes(model[1])(*given.values())
    keep = (given["mask"] == 0) & (given["sigma"] == 0)
    whole = keep.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert keep.any() and torch.equal(luma[whole], given["luma"][:, :1][whole])
    assert torch.equal(chroma[:, :1][keep], given["chroma"][:, :1][keep])


def test_strength_nought_leaves_noise_and_repairs_damage(model):
    given = example(3, 32, 40) | {"strength": np.zeros(1, np.float32)}
    luma, _, _ = Planes(model[1])(*(torch.from_numpy(v) for v in given.values()))
    whole = torch.from_numpy(given["mask"] == 255).repeat_interleave(2, 2).repeat_interleave(2, 3)
    before = torch.from_numpy(given["luma"][:, :1])
    single = torch.from_numpy(given["mask"] > 0).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(luma[~single], before[~single])
    assert not torch.equal(luma[whole], before[whole])


def test_seen_samples_of_a_spoiled_cell_are_the_same_bytes_without_noise(model):
    given = example(3, 32, 40)
    given["mask"][:], given["sigma"][:] = 0, 0
    given["mask"][0, 0, 9, 9] = 240 + 1 + 4
    luma, _, _ = Planes(model[1])(*(torch.from_numpy(v) for v in given.values()))
    off = luma[0, 0].numpy() != given["luma"][0, 0]
    assert not off[18:20, 19].any() and not off[:18].any() and not off[20:].any()


@pytest.mark.parametrize("size", ["lite", "quality"])
def test_half_precision_costs_less_than_a_fifth_of_a_decibel(tmp_path, size):
    lite = load(ROOM / "weights" / "lite.pt")
    generator = Generator(lite.widths, depth=0, refined=size in REFINED).eval()
    load_fitting(generator, lite.state_dict())
    if generator.refine is not None:
        torch.nn.init.normal_(generator.refine.tail.weight, std=0.01)
    export(generator, tmp_path / "whole.onnx")
    export(generator.halve(), tmp_path / "half.onnx")
    sizes = [(tmp_path / name).stat().st_size for name in ("half.onnx", "whole.onnx")]
    assert sizes[0] < 0.6 * sizes[1]
    given = example(7, 64, 80)
    luma, other = (
        onnxruntime.InferenceSession(str(tmp_path / name), providers=["CPUExecutionProvider"])
        .run(list(OUTPUTS), given)[0]
        .astype(float)
        for name in ("half.onnx", "whole.onnx")
    )
    # Against an error of 4 grey levels, as good as any here, this is 10 log(1 + d / 16) dB.
    assert 10 * np.log10(1 + ((luma - other) ** 2).mean() / 16) < 0.2


def test_the_card_tells_what_was_counted(model):
    path, generator = model
    card = describe(path, generator, {"licence": "none"})
    assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card["parameters"] == sum(p.numel() for p in generator.parameters())
    assert set(card["inputs"]) == set(INPUTS) and card["licence"] == "none"
    assert card["gflopsAt640x360"] > 0 and "one thread" in card["millisecondsAt640x360"]


def test_flops_are_those_of_the_layers_that_ran(model):
    """Counted once more, from the sizes that the layers really see."""
    generator, macs = model[1], 0

    def count(layer, given, made):
        nonlocal macs
        macs += layer.weight.numel() * made.shape[2] * made.shape[3]

    layers = [m for m in generator.modules() if isinstance(m, torch.nn.Conv2d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    given = {k: torch.from_numpy(v) for k, v in example(3, 32, 40).items()}
    Planes(generator)(*given.values())
    for hook in hooks:
        hook.remove()
    # The block transforms are no layers: a picture twice there, once back.
    macs += 32 * 40 * generator.shrink.blocks.macs_per_cell()
    assert macs / (32 * 40) == pytest.approx(generator.macs_per_cell())


def test_lite_keeps_to_its_budget():
    lite = Generator(SIZES["lite"], depth=DEPTHS["lite"])
    assert 2 * lite.macs_per_cell() * 320 * 180 / 1e9 <= 4


def test_weights_tell_their_own_widths(tmp_path):
    generator = Generator((8, 16, 8, 24), attention=True, norm="batch", depth=1)
    torch.save({"average": generator.state_dict()}, tmp_path / "w.pt")
    found = load(tmp_path / "w.pt")
    assert found.widths == (8, 16, 8, 24) and len(found.bottom) == 1 and found.refine is None
    twice = Generator((8, 8, 8, 8), refined=True)
    torch.save(twice.state_dict(), tmp_path / "twice.pt")
    assert load(tmp_path / "twice.pt").refine is not None
    assert load(ROOM / "weights" / "lite.pt").widths == SIZES["lite"]


def test_one_command_grows_a_carded_model_and_resumes(raw, tmp_path):
    links = {name: tmp_path / "raw" / name for name in ("photos", "clips", "shapes")}
    (tmp_path / "raw").mkdir()
    for name, link in links.items():
        link.symlink_to(raw / name)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [str(ROOM / "grow.sh"), "smoke", str(tmp_path / "raw"), str(tmp_path / "out")]
    outputs = [
        subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert all(one.returncode == 0 for one in outputs), outputs[0].stderr[-2000:]
    assert "resumed at step 8" in outputs[1].stdout
    card = json.loads((tmp_path / "out" / "8-8-8-8.json").read_text())
    assert card["parameters"] > 0 and card["data"] and card["licence"]
    assert (tmp_path / "out" / "fixture" / "shapes.json").exists()
    wrong = subprocess.run(
        command[:1], env=environment, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2 and "usage" in wrong.stderr
