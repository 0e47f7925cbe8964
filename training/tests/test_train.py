"""The loop: it learns, resumes, logs, profiles, and searches."""

from __future__ import annotations

import json

import pytest
import torch

import compare
from ablate import insert, rows, table, train_row
from measure import measure
from options import Options, parse
from samples import inputs, run
from search import Trial, halve, score
from train import COLLAPSE_CODE, Trainer, build, load_fitting

TINY = {"size": "8,8,8,8", "crop": 32, "batch": 2, "every": 4, "adversarial": 0.5}


def options(shards, out, **more) -> Options:
    return Options(data=shards / "samples", watch=shards / "held-out", out=out, **{**TINY, **more})


def test_a_run_writes_weights_scores_logs_and_a_profile(shards, tmp_path):
    assert Trainer(options(shards, tmp_path, steps=8, profile=1)).run() == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["steps"] == 8
    assert all(set(scores[r]) >= {"psnr", "ssim", "sharpness"} for r in ("denoised", "recovered"))
    assert "conv" in (tmp_path / "profile.txt").read_text()
    names = [path.name for path in (tmp_path / "tensorboard").iterdir()]
    assert any("tfevents" in name for name in names)
    assert any(name.endswith("trace.json") for name in names)


def test_tensorboard_reads_what_was_logged(shards, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    Trainer(options(shards, tmp_path, steps=8)).run()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    tags = set(events.Tags()["scalars"])
    assert tags >= {"loss/fidelity", "denoised/psnr", "recovered/ssim", "synthesised/sharpness"}
    assert [entry.step for entry in events.Scalars("loss/fidelity")] == [4, 8]


def test_a_run_that_was_interrupted_goes_on(shards, tmp_path, capsys):
    first = Trainer(options(shards, tmp_path, steps=8))
    for _ in range(4):
        first.train_step()
    first.course.keep()
    second = Trainer(options(shards, tmp_path, steps=8))
    assert "resumed at step 4" in capsys.readouterr().out
    own, kept = second.network.state_dict(), first.network.state_dict()
    assert all(torch.equal(own[name], kept[name]) for name in kept)
    assert second.run() == 0 and second.course.step == 8


def test_the_loss_falls(shards, tmp_path, monkeypatch):
    trainer = Trainer(options(shards, tmp_path, steps=60, rate=5e-3, adversarial=0.0, every=1000))
    always = trainer._draw()
    monkeypatch.setattr(trainer, "_draw", lambda: always)
    losses = []
    for _ in range(60):
        trainer.sums = {}
        trainer.train_step()
        losses.append(trainer.sums["fidelity"])
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("switches", [
    {"game": "minimax"}, {"judge": "multi-scale", "feature_matching": 0.1}, {"spectral": False},
    {"r1": 1.0, "spectral": False}, {"judge_norm": "batch"}, {"judge_steps": 2},
    {"generator_steps": 2}, {"network": "context-encoder"}, {"fidelity": "l1"}, {"memory": False},
    {"norm": "batch", "attention": True, "partial": True},
])  # fmt: skip
def test_every_switch_trains(shards, tmp_path, switches):
    trainer = Trainer(options(shards, tmp_path, steps=3, adversarial=1.0, **switches))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    assert trainer.run() == 0
    after = trainer.network.state_dict()
    assert any(not torch.equal(after[name], before[name]) for name in before)


def test_the_second_look_learns_alone_when_the_first_is_frozen(shards, tmp_path):
    trainer = Trainer(options(shards, tmp_path, steps=3, size="quality", freeze=True, half=True))
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    assert trainer.run() == 0
    after = trainer.network.state_dict()
    changed = {name for name in before if not torch.equal(after[name], before[name])}
    assert changed and all(name.startswith("refine.") for name in changed)


def test_nothing_is_frozen_without_a_second_look(shards, tmp_path):
    with pytest.raises(SystemExit, match="second look"):
        Trainer(options(shards, tmp_path, size="lite", freeze=True))


def test_steps_are_balanced_as_asked(shards, tmp_path, monkeypatch):
    for switches, judged in (({"judge_steps": 3}, 12), ({"generator_steps": 2}, 2)):
        out = tmp_path / str(judged)
        trainer = Trainer(options(shards, out, steps=9, adversarial=1.0, batch=4, **switches))
        taken = 0
        original = trainer.judge_optimiser.step

        def count(*arguments, original=original):
            nonlocal taken
            taken += 1
            return original(*arguments)

        monkeypatch.setattr(trainer.judge_optimiser, "step", count)
        while trainer.game_steps < 4:
            trainer.train_step()
        assert taken == judged


def test_a_collapse_can_end_the_run(shards, tmp_path):
    trainer = Trainer(options(shards, tmp_path, steps=5, on_collapse="stop"))
    trainer.collapsed = "collapse: as found by the alarm"
    assert trainer.run() == COLLAPSE_CODE


def test_seen_cells_answer_to_fidelity_only(shards, tmp_path):
    """No gradient of the game reaches a cell that was seen."""
    trainer = Trainer(options(shards, tmp_path, steps=5, adversarial=1.0))
    given = trainer._draw()
    picture = run(trainer.network, given)["picture"].detach().requires_grad_()
    unseen = torch.zeros_like(given["mask"][:, :1])
    unseen[..., 4:20, 4:20] = 1
    trainer._game(picture, given["clean"], unseen).backward()
    assert picture.grad[..., 4:20, 4:20].abs().sum() > 0
    assert (picture.grad * (1 - unseen)).abs().max() == 0


def test_warm_weights_are_taken_where_they_fit(tmp_path):
    given = {"data": tmp_path, "watch": tmp_path, "out": tmp_path}
    small = build(Options(**given, size="8,8,8,8"))
    wide = build(Options(**given, size="8,8,8,16"))
    load_fitting(wide, {"average": small.state_dict()})
    assert torch.equal(wide.head.weight, small.head.weight)
    assert wide.down3.weight.shape != small.down3.weight.shape


def test_the_command_line_has_every_switch(tmp_path):
    parsed = parse(
        ["--data", "a", "--watch", "b", "--out", "c", "--no-spectral", "--attention",
         "--feature-matching", "0.5", "--warm", "w.pt"], None,
    )  # fmt: skip
    assert (parsed.spectral, parsed.attention, parsed.feature_matching) == (False, True, 0.5)
    assert str(parsed.warm) == "w.pt"


def test_ablation_rows_train_alike_and_are_not_trained_twice(shards, tmp_path):
    common = {"data": shards / "samples", "watch": shards / "held-out", **TINY, "steps": 2}
    two = [row for row in rows() if row.name in ("no-memory", "generator")]
    results = {row.name: train_row(row, common, tmp_path) for row in two}
    stamp = (tmp_path / "generator" / "scores.json").stat().st_mtime_ns
    assert train_row(two[1], common, tmp_path) == results["generator"]
    assert (tmp_path / "generator" / "scores.json").stat().st_mtime_ns == stamp
    lines = table(results, rows())
    assert len(lines) == 4 and lines[3].startswith("| generator with its memory | no-memory |")
    columns = {line.count("|") for line in lines}
    assert len(columns) == 1
    for head in ("| row | old |", "| row    | old |"):  # a formatter may have widened it
        page = insert(f"# Title\n\nText.\n\n{head}\n| --- | --- |\n| x | y |\n\nMore.\n", lines)
        assert page == "\n".join(["# Title", "", "Text.", "", *lines, "", "More."]) + "\n"


def test_every_ablation_row_is_held_against_another_row():
    names = [row.name for row in rows()]
    assert len(set(names)) == len(names)
    assert all(row.against == "" or row.against in names[: names.index(row.name)] for row in rows())


def test_the_search_gives_the_better_half_another_round():
    trials = [Trial(rate, 4) for rate in (1e-4, 1e-3, 1e-2, 1e-1)]
    tried = halve(trials, 3, lambda trial, turn: -abs(trial.rate - 1e-2) + turn)
    assert [one["rate"] for one in tried if one["round"] == 1] == [1e-2, 1e-3]
    assert tried[-1]["round"] == 1 and len(tried) == 6
    assert score({"denoised": {"psnr": float("nan")}}) == -float("inf")


def test_weights_are_compared_side_by_side_with_the_future_and_without(shards, tmp_path):
    paths = [tmp_path / "one.pt", tmp_path / "two.pt"]
    for path in paths:
        given = {"data": tmp_path, "watch": tmp_path, "out": tmp_path}
        network = build(Options(**given, size="8,8,8,8"))
        torch.save({"average": network.state_dict()}, path)
    lines = compare.table(paths, shards / "held-out", 2)
    denoised = [line.split("|")[1:6] for line in lines if "denoised" in line]
    assert [row[0].strip() for row in denoised] == ["one", "one", "two", "two"]
    assert denoised[0][4] != denoised[1][4] and denoised[0][3] == denoised[1][3]


def test_a_network_that_is_shown_no_memory_is_measured_without_it(shards, tmp_path):
    trainer = Trainer(options(shards, tmp_path, steps=1, memory=False))
    seen = measure(trainer.average, trainer.watch)["recovered"]
    unseen = trainer.measure()["recovered"]
    assert abs(seen["psnr"] - unseen["psnr"]) > 0.1 and seen["input"] == unseen["input"]


def test_what_is_causal_is_shown_no_future(shards):
    from shards import Shards

    batch = Shards(shards / "samples", 32, 1).batch(2)
    given = inputs(batch, torch.tensor([True, False]), torch.tensor([False, True]))
    assert given["counts"][0, 1].max() == 0
    assert given["synthesis"].flatten().tolist() == [1, 0]
