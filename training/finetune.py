"""Adapts a generator to one camera from its own recordings, without clean originals.

Where nothing moved, the next frame shows the same scene under other noise: it serves as the target
(Noise2Noise, Lehtinen et al. 2018), and the expected error to it is the error to the truth plus its
noise. The last part of each recording is held out, and the gain is told on it. This holds for noise
that is new in every frame; noise that a codec carries from frame to frame is not seen by it.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from damage import draw_holes
from data import snapshot
from losses import samples as by_cell
from memory import Memory
from options import Options
from samples import inputs, run
from scenes import Pixels, read_clip
from train import Trainer

WINDOW, SIDE = 24, 96
"""Frames and cells of a sample's sequence."""


def noise_level(frames: Pixels) -> float:
    """Standard deviation of luma noise in grey levels: the lower quartile over 8x8 cells of the
    change from frame to frame; what moves is in the other three."""
    change = frames[1:, ..., :4].astype(np.float32) - frames[:-1, ..., :4]
    t, h, w = change.shape[:3]
    blocks = change[:, : h // 8 * 8, : w // 8 * 8].reshape(t, h // 8, 8, w // 8, 8, 4)
    deviation = blocks.std((2, 4, 5)) / math.sqrt(2)
    return float(np.quantile(deviation, 0.25))


def same_scene(one: Pixels, other: Pixels, sigma: float) -> np.ndarray:
    """`[h, w]` bool: the means over 5x5 cells agree as far as noise lets them."""
    off = (one.astype(np.float32) - other)[..., :4].mean(-1)
    mean = np.abs(cv2.blur(off, (5, 5)))
    return cv2.erode((mean < 0.5 + 3.5 * sigma * math.sqrt(2) / 10).astype(np.uint8),
                     np.ones((3, 3), np.uint8)).astype(bool)  # fmt: skip


def view(rng: np.random.Generator, clip: Pixels, holes: bool) -> Pixels:
    """A sample as of samples.py, but `clean` is the following frame, and `damaged` is 255 where
    that does not show the same."""
    start = int(rng.integers(max(1, len(clip) - WINDOW + 1)))
    rows, columns = min(SIDE, clip.shape[1]) // 8 * 8, min(SIDE, clip.shape[2]) // 8 * 8
    top = int(rng.integers(clip.shape[1] - rows + 1))
    left = int(rng.integers(clip.shape[2] - columns + 1))
    frames = clip[start : start + WINDOW, top : top + rows, left : left + columns]
    sigma = max(1.5, noise_level(frames))
    hidden = np.zeros(frames.shape[:3], bool)
    if holes and rng.random() < 0.5:
        hidden = draw_holes(rng, *frames.shape[:3])
    now = int(rng.integers(len(frames) - 1))
    past, future = Memory.empty(rows, columns), Memory.empty(rows, columns)
    # The target frame is in neither memory: else the network would copy its noise from there.
    for moment in range(now):
        past.learn(frames[moment].astype(np.float32), hidden[moment], sigma)
    for moment in range(now + 2, len(frames))[::-1]:
        future.learn(frames[moment].astype(np.float32), hidden[moment], sigma)
    before, after = snapshot(past), snapshot(future)
    still = same_scene(frames[now], frames[now + 1], sigma)
    planes = [
        frames[now].transpose(2, 0, 1),
        hidden[now][None].astype(np.uint8) * 255,
        np.full((1, rows, columns), min(255, round(4 * sigma)), np.uint8),
        before[:7],
        after[:7],
        before[7:],
        after[7:],
        frames[now + 1].transpose(2, 0, 1),
        np.where(still, 0, 255).astype(np.uint8)[None],
    ]
    return np.concatenate(planes)


def write_views(clips: list[Pixels], out: Path, count: int, seed: int, holes: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    views = [view(rng, clips[rng.integers(len(clips))], holes) for _ in range(count)]
    np.save(out / "shard-000-00000.npy", np.stack(views))


@dataclass
class Error:
    """Mean squared errors in squared grey levels, six samples of a cell weighed as in losses.py."""

    to_next: float
    """To the following frame, where it shows the same."""
    noise: float
    """Of that frame: half of what the two frames differ."""

    @property
    def to_truth(self) -> float:
        return max(1e-3, self.to_next - self.noise)


@torch.no_grad()
def held_out_error(network: nn.Module, batch: Tensor) -> Error:
    none = torch.zeros(len(batch))
    given = inputs(batch, none, none)
    still = (1 - given["damaged"]) * (1 - given["mask"][:, :1])

    def mean(square: Tensor) -> float:
        return float((by_cell(square) * still).sum() / still.sum().clamp_min(1)) * 255**2

    made = run(network, given)["picture"].clamp(0, 1)
    change = given["frame"] - given["clean"]
    return Error(mean((made - given["clean"]) ** 2), mean(change**2) / 2)


def adapt(clips: list[Pixels], options: Options, share: float) -> dict[str, float]:
    """Trains on the first `share` of each clip; returns what is reported, errors on the rest."""
    if any(len(clip) < 2 * WINDOW for clip in clips):
        raise SystemExit(f"expected recordings of at least {2 * WINDOW} frames, got a shorter one")
    cut = [int(len(clip) * share) for clip in clips]
    shown = [clip[:end] for clip, end in zip(clips, cut, strict=True)]
    kept = [clip[end:] for clip, end in zip(clips, cut, strict=True)]
    write_views(shown, options.data, 120, options.seed, True)
    write_views(kept, options.watch, 24, options.seed + 1, False)
    trainer = Trainer(options)
    batch = torch.from_numpy(np.load(options.watch / "shard-000-00000.npy"))
    before = held_out_error(trainer.average.eval(), batch)
    trainer.run()
    after = held_out_error(trainer.average.eval(), batch)
    return {
        "noise in grey levels": noise_level(np.concatenate(kept[:1])),
        "error before, grey levels": math.sqrt(before.to_truth),
        "error after, grey levels": math.sqrt(after.to_truth),
        "gain in dB on the held-out part": 10 * math.log10(before.to_truth / after.to_truth),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of its videos")
    parser.add_argument("--weights", type=Path, required=True, help="weights/lite.pt")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", default="lite")
    parser.add_argument("--share", type=float, default=0.7, help="of each recording to learn from")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    paths = sorted(p for p in options.recordings.iterdir() if p.suffix in (".mp4", ".mkv", ".avi"))
    if not paths:
        raise SystemExit(f"expected mp4, mkv or avi files in {options.recordings}, found none")
    run_options = Options(
        data=options.out / "shown", watch=options.out / "held-out", out=options.out / "run",
        steps=options.steps, minutes=options.minutes, rate=options.rate, warm=options.weights,
        fidelity="noise2noise", adversarial=0.0, size=options.size, threads=options.threads,
        batch=4, crop=64, every=100,
    )  # fmt: skip
    report = adapt([read_clip(path, 3000) for path in paths], run_options, options.share)
    (options.out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    for name, value in report.items():
        print(f"{name}: {value:.2f}")
    print(f"weights: {options.out / 'run' / 'generator.pt'}; export.py makes a model of them")


if __name__ == "__main__":
    main()
