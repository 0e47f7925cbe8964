"""Makes training samples: one moment of a sequence with the memories a restorer would hold then.

What a sample holds is in samples.py; a shard is a file of samples of six sequences.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np

from damage import damage
from memory import Memory
from noise import add_noise, darken
from scenes import Pixels, SceneMaker, read_clip, read_photos

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
    if rng.random() < 0.12:
        clean = darken(rng, clean)
    frames, height, width = clean.shape[:3]
    noisy, noise = add_noise(rng, clean)
    spoiled = damage(rng, noisy)
    sigma = float(noise.mean())
    moments = sorted(int(m) for m in rng.choice(frames, MOMENTS, replace=False))
    past, future = Memory.empty(height, width), Memory.empty(height, width)
    before: dict[int, Pixels] = {}
    after: dict[int, Pixels] = {}
    for memory, kept, order in ((past, before, 1), (future, after, -1)):
        for moment in range(frames)[::order]:
            if moment in moments:
                kept[moment] = snapshot(memory)
            frame, mask = spoiled.frames[moment], spoiled.mask[moment]
            memory.learn(frame.astype(np.float32), mask > 0, sigma)
    level = np.clip(np.rint(noise * 4), 0, 255).astype(np.uint8)[None]
    out = []
    for moment in moments:
        planes = [
            spoiled.frames[moment].transpose(2, 0, 1),
            spoiled.mask[moment][None],
            level,
            before[moment][:7],
            after[moment][:7],
            before[moment][7:],
            after[moment][7:],
            clean[moment].transpose(2, 0, 1),
            spoiled.true[moment][None].astype(np.uint8) * 255,
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


def write_shards(
    raw: Path,
    out: Path,
    count: int,
    seed: int,
    validation: bool,
    skip: frozenset[str] = frozenset(),
    sequences: int = 6,
) -> None:
    """Writes those of `count` shards that are not there yet. `raw` holds `photos`, `clips` (or
    `held-out-clips` for validation) and `shapes`."""
    out.mkdir(parents=True, exist_ok=True)
    clips = raw / "held-out-clips"
    clips = clips if validation and clips.is_dir() else raw / "clips"
    source = None
    for index in range(count):
        path = out / f"shard-{seed:03d}-{index:05d}.npy"
        if path.exists():
            continue
        source = source or Sequences(raw / "photos", clips, raw / "shapes", set(skip), validation)
        began = time.monotonic()
        rng = np.random.default_rng([seed, index])
        shard = np.concatenate([make_samples(rng, source.draw(rng)) for _ in range(sequences)])
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.save(file, shard)
        os.replace(temporary, path)
        print(f"{path.name} {shard.shape} {time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="photos, clips, shapes in it")
    parser.add_argument("--skip", default="", help="clip prefixes held out, e.g. e06,e11")
    parser.add_argument("--validation", action="store_true", help="the photographs held out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    skip = frozenset(filter(None, options.skip.split(",")))
    write_shards(options.raw, options.out, options.shards, options.seed, options.validation, skip)


if __name__ == "__main__":
    main()
