"""Writes the sequence on which test/memory holds src/memory against memory.py."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from data import snapshot
from memory import Memory
from scenes import unpack

ROWS, COLUMNS, FRAMES, SIGMA = 24, 32, 14, 8.0


def sequence(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Frames [t, h, w, 6] and masks [t, h, w]: a ground, a mover, a lamp at 8, a cut at 11."""
    ground = rng.uniform(60, 180, (ROWS, COLUMNS, 6))
    frames, masks = [], []
    for moment in range(FRAMES):
        picture = ground.copy() if moment < 11 else 255 - ground
        left = 2 * moment
        picture[8:16, left : left + 8] = 210 if moment % 2 else 200
        if 8 <= moment < 11:
            picture[..., :4] += 14
        noisy = picture + rng.normal(0, SIGMA, picture.shape)
        frames.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
        mask = np.zeros((ROWS, COLUMNS), bool)
        mask[4:10, 20:28] = moment in (3, 4, 5)
        mask[20:, 1:3] = True
        masks.append(mask)
    return np.stack(frames), np.stack(masks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    frames, masks = sequence(np.random.default_rng(7))
    memory = Memory.empty(ROWS, COLUMNS)
    states, forgot = [], []
    for frame, mask in zip(frames, masks, strict=True):
        forgot.append(memory.learn(frame.astype(np.float32), mask, SIGMA))
        state = snapshot(memory).transpose(1, 2, 0)
        for part in (slice(0, 7), slice(7, 14)):
            planes = np.ascontiguousarray(state[..., part])
            states.append(unpack(planes[..., :6]).tobytes() + planes[..., 6].tobytes())
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "frames.bin").write_bytes(b"".join(unpack(f).tobytes() for f in frames))
    (options.out / "masks.bin").write_bytes((masks * np.uint8(255)).tobytes())
    (options.out / "states.bin").write_bytes(b"".join(states))
    facts = {"width": 2 * COLUMNS, "height": 2 * ROWS, "sigma": SIGMA, "forgot": forgot}
    (options.out / "facts.json").write_text(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
