"""The detectors: what is called damaged was painted on; what is exported is what was trained."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import detect_damage as damage
import lens_damage
import lens_data
import lens_decoys
import lens_grounds
from detect_data import references
from detect_export import export
from detect_networks import NETWORKS
from detect_train import begin_with, loss_of, turn

ROOM = Path(__file__).resolve().parents[1]


def still(frames: int = 9, side: int = 48) -> np.ndarray:
    picture = np.random.default_rng(3).integers(90, 150, (side, side, 6)).astype(np.uint8)
    return np.repeat(picture[None], frames, 0)


@pytest.mark.parametrize(
    "paint",
    [damage.paint_streaks, damage.paint_scratches, damage.paint_blocks, damage.paint_insects],
)
def test_what_is_called_clean_was_not_touched_by(paint):
    for seed in range(6):
        clean = still()
        sheet, truth = damage.Sheet(clean), np.zeros(clean.shape[:3], np.uint8)
        paint(np.random.default_rng(seed), sheet, truth)
        change = np.abs(sheet.cells().astype(int) - clean)[..., :4].max(-1)
        assert (change[truth == damage.CLEAN] > 24).mean() < 0.004
        # What is damaged shows, over the whole if not in every sample.
        if (truth == damage.DAMAGED).sum() > 50:
            assert change[truth == damage.DAMAGED].mean() > 6


@pytest.mark.parametrize(
    "paint", [lens_damage.paint_spots, lens_damage.paint_drops, lens_damage.paint_cobweb]
)
def test_what_lies_on_the_lens_stays_where_it_is(paint):
    clean = still()
    sheet, truth = damage.Sheet(clean), np.zeros(clean.shape[1:3], np.uint8)
    paint(np.random.default_rng(2), sheet, truth)
    change = np.abs(sheet.cells().astype(int) - clean)[..., :4].max(-1)
    assert np.array_equal(change[0], change[-1])
    assert (truth == damage.DAMAGED).any()
    assert change[0][truth == damage.CLEAN].max() < 30


def test_a_sheet_is_put_together_as_it_was():
    clean = still(2)
    assert np.array_equal(damage.Sheet(clean).cells(), clean)


def test_references_lie_on_both_sides_and_never_on_the_moment():
    rng = np.random.default_rng(0)
    for moment in (0, 1, 5, 16, 32):
        for ahead in (0, 1, 16):
            if moment == 0 and ahead == 0:
                continue
            chosen = references(rng, moment, 33, ahead)
            assert len(chosen) == 6 and moment not in chosen
            assert max(chosen) <= moment + ahead
    assert references(rng, 16, 33, 16)[:2] == [15, 17]


def test_turning_a_sample_over_turns_its_samples_and_its_truth_alike():
    cells = np.arange(2 * 6 * 4 * 4, dtype=np.uint8).reshape(12, 4, 4)
    sample = np.concatenate([cells, cells[:1]])
    for seed in range(8):
        turned = turn(np.random.default_rng(seed), sample, 2)
        assert sorted(turned[:12].ravel()) == sorted(cells.ravel())
        luma = turned[:4].reshape(2, 2, 4, 4).transpose(2, 0, 3, 1).reshape(8, 8)
        whole = cells[:4].reshape(2, 2, 4, 4).transpose(2, 0, 3, 1).reshape(8, 8)
        views = (whole, whole[:, ::-1], whole[::-1], whole[::-1, ::-1])
        assert any(np.array_equal(luma, view) for view in views)


def test_statistics_are_mean_and_sixteen_deviations():
    cells = np.stack([np.full((4, 4, 6), value, np.uint8) for value in (100, 104)])
    planes = lens_data.statistics(cells)
    assert (planes[:6] == 102).all() and (planes[6:12] == 32).all() and (planes[12] == 2).all()


@pytest.mark.parametrize("paint", [lens_damage.paint_spots, lens_damage.paint_cobweb])
def test_what_is_painted_on_the_pair_looks_as_if_painted_on_every_frame(paint):
    frames = np.random.default_rng(1).integers(60, 180, (9, 48, 48, 6)).astype(np.uint8)
    sheet, truth = damage.Sheet(frames), np.zeros((48, 48), np.uint8)
    paint(np.random.default_rng(4), sheet, truth)
    mean, spread = lens_data.describe(sheet.packed())
    both = lens_data.pair(*lens_data.describe(frames))
    paint(np.random.default_rng(4), both, truth)
    mean_of_both, spread_of_both = lens_data.describe(both.packed())
    assert (truth == damage.DAMAGED).any()
    assert np.abs(mean - mean_of_both).max() < 0.1
    assert np.abs(spread - spread_of_both).max() < 0.1


def test_what_stands_about_is_seen_and_nothing_of_it_is_called_damage(raw):
    cameras = lens_data.Cameras(raw, set(), False)
    for kind in lens_decoys.KINDS:
        for seed in range(3):
            rng = np.random.default_rng(seed)
            window = cameras.window(rng)
            sheet = lens_data.pair(window.mean, window.spread)
            before = sheet.luma.copy()
            lens_decoys.add_decoy(rng, sheet, cameras.maker, kind)
            assert np.isfinite(sheet.luma).all() and sheet.luma.shape == before.shape
            if (sheet.luma != before).any():
                break
        else:
            pytest.fail(f"{kind} is never seen")


@pytest.mark.parametrize("ground", [lens_grounds.add_wall, lens_grounds.add_chart])
def test_a_ground_takes_the_place_of_the_scene(ground):
    frames = np.random.default_rng(1).integers(60, 180, (2, 48, 48, 6)).astype(np.uint8)
    sheet = damage.Sheet(frames)
    ground(np.random.default_rng(5), sheet)
    assert sheet.packed().shape == frames.shape
    mean, spread = lens_data.undress(sheet)
    assert mean.min() >= 0 and mean.max() <= 255 and np.isfinite(spread).all()


def test_a_class_that_is_new_begins_as_the_first():
    network = NETWORKS["lens"]()
    old = {k: v[:2] if k.startswith("out.") else v for k, v in network.state_dict().items()}
    other = NETWORKS["lens"]()
    begin_with(other, dict(old))
    assert torch.equal(other.out.weight[2], old["out.weight"][0])
    assert torch.equal(other.out.weight[1], old["out.weight"][1])


def test_a_picture_of_few_samples_is_enlarged_and_its_truth_with_it():
    few = lens_data.WINDOW // 2
    ramp = np.arange(2 * few, dtype=np.uint8)[None] + np.zeros((2 * few, 1), np.uint8)
    sample = np.zeros((16, few, few), np.uint8)
    sample[:4] = ramp.reshape(few, 2, few, 2).transpose(1, 3, 0, 2).reshape(4, few, few)
    sample[12] = 9
    sample[13, 10:20, 10:20], sample[14, 30:40] = damage.DAMAGED, damage.UNJUDGED
    large = lens_data.enlarge(sample)
    assert large.shape == (16, lens_data.WINDOW, lens_data.WINDOW)
    whole = large[:4].reshape(2, 2, *large.shape[1:]).transpose(2, 0, 3, 1)
    steps = np.diff(whole.reshape(2 * lens_data.WINDOW, -1)[0].astype(int))
    assert steps.min() >= 0 and steps.sum() == 2 * few - 1
    assert (large[12] == 9).all()
    assert (large[13] == damage.DAMAGED).sum() == 400 and (large[13, 20:40, 20:40] > 0).all()
    assert set(np.unique(large[14])) == {0, damage.UNJUDGED}


@pytest.mark.parametrize("paint", [lens_damage.paint_spots, lens_damage.paint_drops])
def test_what_lies_on_the_lens_is_smaller_in_a_picture_of_fewer_samples(paint):
    def painted(zoom: float) -> int:
        truth = np.zeros((64, 64), np.uint8)
        for seed in range(12):
            frames = np.random.default_rng(seed).integers(40, 200, (2, 64, 64, 6)).astype(np.uint8)
            paint(np.random.default_rng(seed), damage.Sheet(frames), truth, zoom)
        return int((truth == damage.DAMAGED).sum())

    assert 0 < painted(4.0) < painted(1.0) / 2


def test_hard_windows_are_found_and_drawn_from(raw, tmp_path):
    weights, out = tmp_path / "lens.pt", tmp_path / "hard.npy"
    network = NETWORKS["lens"]()
    torch.nn.init.constant_(network.out.bias, 9.0)
    torch.save(network.state_dict(), weights)
    command = ["--raw", raw, "--weights", weights, "--out", out, "--windows", "2"]
    subprocess.run([sys.executable, ROOM / "lens_hard.py", *command], check=True)
    planes = np.load(out)
    assert planes.shape[1:] == (13, lens_data.WINDOW, lens_data.WINDOW)
    cameras = lens_data.Cameras(raw, set(), False)
    cameras.hard = planes
    drawn = [cameras.window(np.random.default_rng(seed)) for seed in range(20)]
    assert any(
        (one.mean == planes[i, :6].transpose(1, 2, 0)).all() for one in drawn for i in (0, 1)
    )


def test_what_is_not_judged_costs_nothing():
    truth, judged = torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 4, 4)
    wrong = loss_of(torch.full((1, 2, 4, 4), 9.0), truth, judged)
    right = loss_of(torch.full((1, 2, 4, 4), -9.0), truth, judged)
    assert torch.equal(wrong, right)


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_the_export_gives_what_pytorch_gives(name, tmp_path):
    network = NETWORKS[name]().eval()
    made = export(name, network, torch.ones(len(network.classes)), tmp_path / f"{name}.onnx")
    assert made["scores"].shape[1] == len(network.classes)
    assert made["scores"].dtype == np.uint8


def test_grow_detectors_goes_from_nothing_to_two_carded_models(raw, tmp_path):
    held_out = raw / "held-out-clips"
    if not held_out.exists():
        held_out.symlink_to(raw / "clips")
    script = ROOM / "grow-detectors.sh"
    subprocess.run([script, "smoke", raw, tmp_path], check=True, capture_output=True)
    for name in NETWORKS:
        assert (tmp_path / f"{name}.onnx").exists() and (tmp_path / f"{name}.json").exists()
