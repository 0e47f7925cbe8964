"""The background memory of a fixed camera, as in src/memory: what was seen at each cell, how often.

The TypeScript of src/memory/background-memory.ts is the same algorithm; test/memory compares them
on a stored sequence. Arrays are cell-packed: `[h, w, 6]` float32, 0..255, four luma then U and V.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

RECENT_CAP = 32
"""A run's mean stops narrowing here, so that slow changes of light are followed."""
BACKGROUND_CAP = 250
MEAN_GATE, MEAN_FLOOR = 3.5, 3.0
"""A cell changed when the 5x5 mean difference exceeds gate * its standard deviation + floor."""
ABS_GATE, ABS_FLOOR = 1.35, 3.0
"""... or when the 5x5 mean absolute difference exceeds gate * its expectation + floor."""
FORGET_SHARE = 0.6
"""A frame in which more cells than this changed is a cut or a moved camera."""
HALF_NORMAL = 0.7979
"""E|x| of a standard normal."""


def box5(plane: Array) -> Array:
    """Sum over 5x5 cells, zero outside the picture."""
    return cv2.boxFilter(plane, -1, (5, 5), normalize=False, borderType=cv2.BORDER_CONSTANT)


@dataclass
class Memory:
    """`recent` is the mean of the current run of matching samples, `background` the majority."""

    recent: Array
    recent_count: NDArray[np.float32]
    background: Array
    background_count: NDArray[np.float32]

    @staticmethod
    def empty(height: int, width: int) -> Memory:
        plane = np.zeros((height, width, 6), np.float32)
        count = np.zeros((height, width), np.float32)
        return Memory(plane, count, plane.copy(), count.copy())

    def learn(self, frame: Array, masked: NDArray[np.bool_], sigma: float) -> bool:
        """Takes one frame in; masked cells teach nothing. True when everything was forgotten."""
        luma = frame[..., :4].mean(-1)
        valid = ~masked & (self.recent_count > 0)
        weight = valid.astype(np.float32)
        total = np.maximum(box5(weight), 1)
        forgot = False
        if valid.any():
            self._follow_light(luma, valid)
            run = self._changed(frame, self.recent, self.recent_count, weight, total, sigma)
            if (run & valid).sum() > FORGET_SHARE * valid.sum():
                self.recent_count[:] = 0
                self.background_count[:] = 0
                valid[:] = False
                forgot = True
        if not valid.any():
            run = np.ones_like(masked)
        far = self._changed(frame, self.background, self.background_count, weight, total, sigma)
        seen = ~masked
        keep = seen & ~run & (self.recent_count > 0)
        start = seen & ~keep
        count = np.minimum(self.recent_count + 1, RECENT_CAP)
        self.recent = np.where(
            keep[..., None], self.recent + (frame - self.recent) / count[..., None], self.recent
        )
        self.recent[start] = frame[start]
        self.recent_count = np.where(keep, count, np.where(start, 1, self.recent_count)).astype(
            np.float32
        )
        same = seen & ~far & (self.background_count > 0)
        weight_down = np.minimum(self.background_count + 1, RECENT_CAP)[..., None]
        self.background = np.where(
            same[..., None],
            self.background + (frame - self.background) / weight_down,
            self.background,
        )
        lost = seen & ~same
        self.background_count = np.where(
            same,
            np.minimum(self.background_count + 1, BACKGROUND_CAP),
            np.where(lost, np.maximum(self.background_count - 1, 0), self.background_count),
        ).astype(np.float32)
        swap = lost & (self.recent_count >= self.background_count)
        self.background[swap] = self.recent[swap]
        self.background_count[swap] = self.recent_count[swap]
        return forgot

    def _follow_light(self, luma: Array, valid: NDArray[np.bool_]) -> None:
        """Shifts the remembered luma by the median difference: lamps, clouds, auto-exposure."""
        difference = luma - self.recent[..., :4].mean(-1)
        bins = np.clip(np.floor(difference[valid] * 4) + 256, 0, 511).astype(np.int64)
        cumulated = np.cumsum(np.bincount(bins, minlength=512))
        offset = (int(np.searchsorted(cumulated * 2, cumulated[-1])) - 256 + 0.5) / 4
        if abs(offset) >= 0.5:
            self.recent[..., :4] += offset
            self.background[..., :4] += offset

    @staticmethod
    def _changed(
        frame: Array, mean: Array, count: Array, weight: Array, total: Array, sigma: float
    ) -> NDArray[np.bool_]:
        widen = sigma * np.sqrt(1 + 1 / np.clip(count, 1, RECENT_CAP))
        luma = (frame[..., :4].mean(-1) - mean[..., :4].mean(-1)) * weight
        absolute = box5(np.abs(luma)) / total
        changed = absolute > ABS_GATE * HALF_NORMAL * 0.5 * widen + ABS_FLOOR
        gate = MEAN_GATE * widen / np.sqrt(total)
        changed |= np.abs(box5(luma)) / total > 0.5 * gate + MEAN_FLOOR
        for chroma in (4, 5):
            difference = (frame[..., chroma] - mean[..., chroma]) * weight
            changed |= np.abs(box5(difference)) / total > gate + MEAN_FLOOR
        return changed
