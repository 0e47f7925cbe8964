"""What the tests share: the folder of the modules, and a tiny data set drawn from nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(autouse=True)
def repeatable() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def draw_photo(seed: int) -> np.ndarray:
    """Smooth colours with discs and lines on them, 320x400."""
    rng = np.random.default_rng(seed)
    photo = cv2.resize(rng.integers(40, 210, (5, 6, 3)).astype(np.uint8), (400, 320))
    for _ in range(12):
        colour = tuple(int(v) for v in rng.integers(0, 255, 3))
        centre = (int(rng.integers(400)), int(rng.integers(320)))
        cv2.circle(photo, centre, int(rng.integers(5, 50)), colour, -1)
        cv2.line(photo, centre, (int(rng.integers(400)), int(rng.integers(320))), colour, 2)
    return photo


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `photos`, `clips` and `shapes` as data.py takes them."""
    folder = tmp_path_factory.mktemp("raw")
    for name in ("photos", "clips", "shapes"):
        (folder / name).mkdir()
    for k in range(12):
        cv2.imwrite(str(folder / "photos" / f"drawn-{k:02d}.jpg"), draw_photo(k))
    shape = np.zeros((60, 40), np.uint8)
    cv2.ellipse(shape, (20, 30), (15, 25), 0, 0, 360, 255, -1)
    cv2.imwrite(str(folder / "shapes" / "object_1.png"), shape)
    (folder / "clips" / "campus-path.mp4").symlink_to(FIXTURES / "campus-path.mp4")
    return folder


@pytest.fixture(scope="session")
def shards(raw: Path) -> Path:
    """One shard for training and one of held-out photographs, in `samples` and `held-out`."""
    from data import write_shards

    for name, seed, validation in (("samples", 1, False), ("held-out", 900, True)):
        write_shards(raw, raw / name, 1, seed, validation, sequences=5)
    return raw
