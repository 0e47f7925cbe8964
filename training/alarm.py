"""Notices when the adversarial game has gone wrong: collapse, or a judge that cannot be fooled."""

from __future__ import annotations

from collections import deque

import torch
from torch import Tensor
from torch.nn import functional as F

WINDOW = 50
"""Steps that are looked at together."""
COLLAPSED = 0.25
"""Share of the real variety below which the paintings are all alike."""
WON = 0.05
"""A judge's loss below this (2 log 2 = 1.39 when it guesses) teaches the generator nothing."""


def variety(pictures: Tensor, where: Tensor) -> float:
    """How much the detail of a batch's pictures differs from one to the other, in grey levels: the
    standard deviation over the batch of each picture's mean and contrast within `where`
    [N, 1, h, w]."""
    size = where.flatten(1).sum(1)
    enough = size > 16
    if int(enough.sum()) < 2:
        return float("nan")
    pictures, where, size = pictures[enough], where[enough], size[enough].clamp_min(1)
    detail = pictures - F.avg_pool2d(pictures, 3, 1, 1, count_include_pad=False)
    mean = (pictures * where).flatten(2).sum(2) / size[:, None]
    contrast = torch.sqrt((detail.square() * where).flatten(2).sum(2) / size[:, None])
    return float(255 * (mean.std(0).mean() + contrast.std(0).mean()))


class CollapseAlarm:
    """Fed once a step; says what is wrong, or nothing. Says it once until it is well again."""

    def __init__(self, window: int = WINDOW) -> None:
        self.window = window
        self.judge: deque[float] = deque(maxlen=window)
        self.share: deque[float] = deque(maxlen=window)
        self.said: str | None = None

    def look(self, judge_loss: float, painted: float, real: float) -> str | None:
        """`painted` and `real` are the `variety` of both; NaN where too little was judged."""
        self.judge.append(judge_loss)
        if real == real and painted == painted and real > 0:
            self.share.append(painted / real)
        found = self._found()
        if found == self.said:
            return None
        self.said = found
        return found

    def _found(self) -> str | None:
        if len(self.share) == self.window:
            share = sum(self.share) / self.window
            if share < COLLAPSED:
                return (
                    f"collapse: paintings differ {share:.0%} as much as real pictures do, expected "
                    f"{COLLAPSED:.0%} or more; weigh the adversarial loss less, or use --r1"
                )
        if len(self.judge) == self.window:
            loss = sum(self.judge) / self.window
            if loss < WON:
                return (
                    f"the judge has won: its loss is {loss:.3f}, expected {WON} or more; "
                    "use --generator-steps, --spectral or --r1"
                )
        return None
