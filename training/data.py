"""Makes training samples: one moment of a sequence with the memories a restorer would hold then.

A sample is 42 planes of `[h, w]` uint8, named in PLANES:
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np

from damage import add_noise, draw_masks
from memory import Memory
from scenes import Pixels, SceneMaker, read_clip, read_photos

PLANES = {
    "frame": slice(0, 6),
    "mask": slice(6, 7),
    "sigma": slice(7, 8),
    "past": slice(8, 14),
    "past_count": slice(14, 15),
    "future": slice(15, 21),
    "future_count": slice(21, 22),
    "past_background": slice(22, 28),
    "past_background_count": slice(28, 29),
    "future_background": slice(29, 35),
    "future_background_count": slice(35, 36),
    "clean": slice(36, 42),
}
DEPTH = 42
FRAMES, MOMENTS = 32, 6


def snapshot(memory: Memory) -> Pixels:
    """`[14, h, w]` uint8: recent, its count, background, its count; rounded as in src/memory."""
    parts = [
        np.rint(np.clip(memory.recent, 0, 255)),
        memory.recent_count[..., None],
        np.rint(np.clip(memory.background, 0, 255)),
        memory.background_count[..., None],
    ]
    return np.concatenate(parts, -1).astype(np.uint8).transpose(2, 0, 1)


def make_samples(rng: np.random.Generator, clean: Pixels) -> Pixels:
    """`[MOMENTS, DEPTH, h, w]` from one clean sequence `[FRAMES, h, w, 6]`."""
    frames, height, width = clean.shape[:3]
    noisy, sigma = add_noise(rng, clean)
    hidden = draw_masks(rng, frames, height, width)
    moments = sorted(int(m) for m in rng.choice(frames, MOMENTS, replace=False))
    past, future = Memory.empty(height, width), Memory.empty(height, width)
    before: dict[int, Pixels] = {}
    after: dict[int, Pixels] = {}
    for moment in range(frames):
        if moment in moments:
            before[moment] = snapshot(past)
        past.learn(noisy[moment].astype(np.float32), hidden[moment], sigma)
    for moment in reversed(range(frames)):
        if moment in moments:
            after[moment] = snapshot(future)
        future.learn(noisy[moment].astype(np.float32), hidden[moment], sigma)
    level = np.full((1, height, width), min(255, round(sigma * 4)), np.uint8)
    out = []
    for moment in moments:
        planes = [
            noisy[moment].transpose(2, 0, 1),
            hidden[moment][None].astype(np.uint8) * 255,
            level,
            before[moment][:7],
            after[moment][:7],
            before[moment][7:],
            after[moment][7:],
            clean[moment].transpose(2, 0, 1),
        ]
        out.append(np.concatenate(planes))
    return np.stack(out)


class Sequences:
    """Clean sequences, synthetic and real; real cameras are whole in training or in validation."""

    def __init__(
        self, photos: Path, clips: Path, shapes: Path, skip: set[str], validation: bool = False
    ) -> None:
        masks = [cv2.imread(str(p), cv2.IMREAD_GRAYSCALE) for p in sorted(shapes.glob("object_*"))]
        self.maker = SceneMaker(
            read_photos(photos, validation), [m for m in masks if m is not None]
        )
        paths = [p for p in sorted(clips.glob("*.mp4")) if p.stem[:3] not in skip]
        self.clips = [read_clip(path) for path in paths]

    def draw(self, rng: np.random.Generator) -> Pixels:
        if not self.clips or rng.random() < 0.6:
            return self.maker.make(rng, FRAMES)
        clip = self.clips[rng.integers(len(self.clips))]
        stride = int(rng.integers(1, max(2, min(4, len(clip) // FRAMES) + 1)))
        span = min(len(clip), FRAMES * stride)
        start = int(rng.integers(len(clip) - span + 1))
        size = 128 if min(clip.shape[1:3]) >= 128 else min(clip.shape[1:3]) // 2 * 2
        top = int(rng.integers(clip.shape[1] - size + 1))
        left = int(rng.integers(clip.shape[2] - size + 1))
        window = clip[start : start + span : stride, top : top + size, left : left + size]
        if len(window) < FRAMES:
            window = np.concatenate([window, window[::-1]])[:FRAMES]
        if rng.random() < 0.5:
            # Mirroring swaps the two luma columns of each cell too.
            window = window[:, :, ::-1][..., [1, 0, 3, 2, 4, 5]]
        pad = 128 - size
        if pad:
            window = np.pad(window, ((0, 0), (0, pad), (0, pad), (0, 0)), mode="edge")
        return np.ascontiguousarray(window)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--shapes", type=Path, required=True)
    parser.add_argument("--skip", default="", help="clip prefixes held out, e.g. e06,e11")
    parser.add_argument("--validation", action="store_true", help="the photographs held out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    sequences = Sequences(
        options.photos,
        options.clips,
        options.shapes,
        set(filter(None, options.skip.split(","))),
        options.validation,
    )
    for index in range(options.shards):
        path = options.out / f"shard-{options.seed:03d}-{index:05d}.npy"
        if path.exists():
            continue
        began = time.monotonic()
        rng = np.random.default_rng([options.seed, index])
        shard = np.concatenate([make_samples(rng, sequences.draw(rng)) for _ in range(6)])
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.save(file, shard)
        os.replace(temporary, path)
        print(f"{path.name} {shard.shape} {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
