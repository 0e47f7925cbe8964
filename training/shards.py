"""Random crops of the samples that data.py made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from samples import mirror


class Shards:
    """Random crops from memory-mapped shards; finds new shards as they are made."""

    def __init__(self, folder: Path, crop: int, seed: int) -> None:
        self.folder, self.crop = folder, crop
        self.rng = np.random.default_rng(seed)
        self.open: list[np.ndarray] = []
        self.refresh()

    def refresh(self) -> None:
        paths = sorted(self.folder.glob("shard-*.npy"))
        if len(paths) != len(self.open):
            self.open = [np.load(path, mmap_mode="r") for path in paths]
        if not self.open:
            raise SystemExit(f"expected shards in {self.folder}, found none: run data.py first")

    def batch(self, size: int) -> Tensor:
        """`[size, DEPTH, crop, crop]` uint8."""
        crops = []
        for _ in range(size):
            shard = self.open[self.rng.integers(len(self.open))]
            height, width = shard.shape[2:]
            top = self.rng.integers(height - self.crop + 1)
            left = self.rng.integers(width - self.crop + 1)
            sample = shard[self.rng.integers(len(shard))]
            sample = sample[:, top : top + self.crop, left : left + self.crop]
            if self.rng.random() < 0.5:
                sample = mirror(sample)
            crops.append(np.ascontiguousarray(sample))
        return torch.from_numpy(np.stack(crops))
