"""Seeded damage for training: what is hidden, what is seen there instead, what a detector tells.

A detector is not the truth: its masks may lack a border, a frame, or a whole spot.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from noise import code_h264 as code_h264
from samples import SOME
from scenes import Pixels

Bits = NDArray[np.bool_]
Alpha = NDArray[np.float32]
VISIBLE = 0.1
"""Opacity from which a cell counts as damaged."""


@dataclass
class Damage:
    """`frames` [t, h, w, 6] with the damage in them, `true` [t, h, w] where it is, `mask` [t, h, w]
    uint8 what is told (see samples.py)."""

    frames: Pixels
    true: Bits
    mask: Pixels


def damage(rng: np.random.Generator, noisy: Pixels) -> Damage:
    """Several kinds at once; fixed kinds are never seen behind."""
    frames, height, width = noisy.shape[:3]
    alpha = np.zeros((frames, height, width), np.float32)
    out = noisy.copy()
    for chance, draw in ((0.33, _moving_holes), (0.33, _streaks), (0.2, _blocks)):
        if rng.random() < chance:
            hidden = np.zeros((frames, height, width), np.uint8)
            draw(rng, hidden)
            _paint(rng, out, hidden.astype(np.float32))
            alpha = np.maximum(alpha, hidden)
    if rng.random() < 0.45:
        fixed = _blobs(rng, height, width)
        _paint(rng, out, np.broadcast_to(fixed, alpha.shape))
        alpha = np.maximum(alpha, fixed)
    true = alpha > VISIBLE
    mask = tell(rng, true).astype(np.uint8) * np.uint8(255)
    if rng.random() < 0.25:
        spots = _stuck(rng, out)
        true |= spots > 0
        mask = np.where((spots > 0) & (mask == 0), spots | SOME, mask).astype(np.uint8)
    return Damage(out, true, mask)


def tell(rng: np.random.Generator, true: Bits) -> Bits:
    """The mask a detector would give: mostly right, at times a cell too small or too large, with
    frames that are missed."""
    kind = rng.choice(["right", "small", "large", "missing"], p=[0.72, 0.12, 0.12, 0.04])
    if kind == "right" or not true.any():
        return true
    if kind == "missing":
        missed = rng.random(len(true)) < 0.06
        return true & ~missed[:, None, None]
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    change = cv2.erode if kind == "small" else cv2.dilate
    return np.stack([change(plane.astype(np.uint8), cross) for plane in true]).astype(bool)


def _paint(rng: np.random.Generator, frames: Pixels, alpha: Alpha) -> None:
    """What is seen instead: one colour with a grain, or white noise, blended in by opacity."""
    colour = np.array([rng.choice([16.0, 128.0, 235.0, rng.uniform(16, 235)])] * 4 + [128.0] * 2)
    colour[4:] += rng.normal(0, 6, 2)
    grain = float(rng.choice([0, 3, 40], p=[0.4, 0.5, 0.1]))
    for picture, share in zip(frames, alpha, strict=True):
        if not share.any():
            continue
        seen = colour + rng.normal(0, 1, picture.shape) * grain
        mixed = picture + share[..., None] * (seen - picture)
        picture[:] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _stuck(rng: np.random.Generator, frames: Pixels) -> Pixels:
    """Stuck luma samples in the same places throughout; returns their bits `[h, w]`."""
    height, width = frames.shape[1:3]
    share = float(np.exp(rng.uniform(np.log(0.0005), np.log(0.01))))
    stuck = rng.random((height, width, 4)) < share
    value = rng.choice([16, 235, rng.integers(16, 236)], size=stuck.shape).astype(np.uint8)
    frames[..., :4] = np.where(stuck, value, frames[..., :4])
    tint = rng.uniform(-30, 30, (height, width, 2)) * (rng.random((height, width, 1)) < 0.3)
    spoiled = 0.75 * frames[..., 4:] + 32 + tint
    any_ = stuck.any(-1)[..., None]
    spoiled = np.clip(np.rint(spoiled), 0, 255).astype(np.uint8)
    frames[..., 4:] = np.where(any_, spoiled, frames[..., 4:])
    return (stuck * np.array([1, 2, 4, 8], np.uint8)).sum(-1).astype(np.uint8)


def draw_holes(rng: np.random.Generator, frames: int, height: int, width: int) -> Bits:
    """`[t, h, w]`: free-form holes that move."""
    hidden = np.zeros((frames, height, width), np.uint8)
    _moving_holes(rng, hidden)
    return hidden.astype(bool)


def _moving_holes(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(0, 1, (rng.integers(2, 6), 2)) * (width, height) * 0.5
        points += rng.uniform(-0.1, 0.6, 2) * (width, height)
        velocity = rng.uniform(-3, 3, 2) * rng.choice([0.2, 1.0])
        thick = int(rng.integers(4, max(5, height // 5)))
        for moment in range(frames):
            line = np.rint(points + velocity * moment).astype(np.int32)
            cv2.polylines(hidden[moment], [line], False, 1, thick)


def _streaks(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    rate = rng.uniform(0.5, 4)
    scratches = [
        (rng.uniform(0, width), rng.normal(0, 0.6), int(rng.integers(1, 3)))
        for _ in range(rng.integers(0, 4))
    ]
    for moment in range(frames):
        for _ in range(rng.poisson(rate)):
            row, left = int(rng.integers(height)), int(rng.integers(-width // 2, width))
            tall, long = int(rng.integers(1, 5)), int(rng.integers(width // 4, width))
            hidden[moment, row : row + tall, max(0, left) : left + long] = 1
        for start, drift, thick in scratches:
            column = int(start + drift * moment) % width
            hidden[moment, :, column : column + thick] = 1


def _blobs(rng: np.random.Generator, height: int, width: int) -> Alpha:
    """Opacity of fixed spots, sharp or with an edge of a few cells."""
    fixed = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 7)):
        spot = np.zeros((height, width), np.float32)
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = tuple(int(v) for v in rng.integers(2, 18, 2))
        cv2.ellipse(spot, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
        if rng.random() < 0.6:
            spot = cv2.GaussianBlur(spot, (0, 0), rng.uniform(0.5, 2.0))
        fixed = np.maximum(fixed, spot)
    return fixed


def _blocks(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    for moment in range(frames):
        if rng.random() < 0.4:
            for _ in range(rng.integers(1, 4)):
                row, column = int(rng.integers(height // 8)) * 8, int(rng.integers(width // 8)) * 8
                long = int(rng.integers(1, 12)) * 8
                hidden[moment, row : row + 8, column : column + long] = 1
