"""Seeded damage for the detectors: what tape, lines, lenses and insects do to a sequence.

Widths, brightness, opacity, softness and texture are drawn far wider than any one bench does, so
that a detector learns what damage is, not how one program draws it. Sequences are cell-packed
`[t, h, w, 6]` uint8 as in scenes.py; truth is `[t, h, w]` uint8: 0 clean, 255 damaged, 128 not
judged (too faint to be called either).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from scenes import Pixels

Field = NDArray[np.float32]
CLEAN, UNJUDGED, DAMAGED = 0, 128, 255


class Sheet:
    """A sequence taken apart into float planes to paint on, and put together again."""

    def __init__(self, cells: Pixels | Field) -> None:
        count, rows, columns = cells.shape[:3]
        luma = cells[..., :4].reshape(count, rows, columns, 2, 2).transpose(0, 1, 3, 2, 4)
        self.luma: Field = luma.reshape(count, 2 * rows, 2 * columns).astype(np.float32)
        self.chroma: Field = cells[..., 4:].astype(np.float32)

    def packed(self) -> Field:
        """`[t, h, w, 6]`, neither rounded nor clipped."""
        count, height, width = self.luma.shape
        luma = self.luma.reshape(count, height // 2, 2, width // 2, 2).transpose(0, 1, 3, 2, 4)
        return np.concatenate([luma.reshape(*luma.shape[:3], 4), self.chroma], -1)

    def cells(self) -> Pixels:
        return np.clip(np.rint(self.packed()), 0, 255).astype(np.uint8)


def any_in_cell(cover: NDArray[np.bool_]) -> NDArray[np.bool_]:
    height, width = cover.shape
    return cover.reshape(height // 2, 2, width // 2, 2).any((1, 3))


def mean_in_cell(cover: Field) -> Field:
    height, width = cover.shape
    return cover.reshape(height // 2, 2, width // 2, 2).mean((1, 3))


def grey_level(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < 0.5:
        return float(rng.uniform(170, 250))
    return float(rng.uniform(5, 50)) if kind < 0.8 else float(rng.uniform(0, 255))


def paint_streaks(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Rows of one frame: drop-outs, noise bars, rows torn sideways."""
    count, height, width = sheet.luma.shape
    rate = rng.choice([0.3, 1.0, 2.5])
    for moment in range(count):
        for _ in range(rng.poisson(rate)):
            tall = int(rng.choice([1, 1, 2, 2, 3, 4, rng.integers(3, 12)]))
            long = int(width * rng.uniform(0.12, 1.6))
            left = int(rng.integers(-long // 2, width - 8))
            right = min(width, left + long)
            left = max(0, left)
            top = int(rng.integers(0, height - tall + 1))
            area = sheet.luma[moment, top : top + tall, left:right]
            if area.size == 0:
                continue
            before = area.copy()
            look = rng.random()
            if look < 0.12:
                area[:] = np.roll(area, int(rng.integers(6, 40)), 1)
            elif look < 0.22:
                area[:] = rng.uniform(0, 255, area.shape)
            else:
                value = grey_level(rng) + rng.choice([0, 4, 12, 20]) * rng.standard_normal(
                    area.shape
                )
                opacity = np.full(area.shape, rng.uniform(0.55, 1) if rng.random() < 0.3 else 1.0)
                if rng.random() < 0.15:
                    # A comet: the head loses the signal at once, the tail finds it by and by.
                    opacity *= np.linspace(1, 0, area.shape[1]) ** rng.uniform(0.3, 2)
                area += (value - area) * opacity
            seen = np.abs(area - before)
            fade = rng.choice([0.25, 0.25, 1.0])
            rows, end = slice(top // 2, (top + tall + 1) // 2), (right + 1) // 2
            colour = sheet.chroma[moment, rows, left // 2 : end]
            colour += (128 - colour) * fade * min(1.0, tall / 2)
            if seen.mean() > 3:
                cover = np.zeros((height, width), bool)
                # Where a comet's tail no longer shows it is no damage any more.
                cover[top : top + tall, left:right] = True if look >= 0.22 else seen > -1
                if look >= 0.22:
                    cover[top : top + tall, left:right] = opacity > 0.15
                truth[moment][any_in_cell(cover)] = DAMAGED


def paint_scratches(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Near-vertical lines that drift, tremble, begin and end."""
    count, height, width = sheet.luma.shape
    rows = np.arange(height, dtype=np.float32)
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        life = int(rng.integers(3, 2 * count))
        begin = int(rng.integers(-life + 1, count))
        speed = rng.choice([0.05, 0.2, 0.4, 1.0, 3.0]) * rng.uniform(-1, 1)
        jump = rng.choice([0.0, 0.05, 0.3, 1.0]) * rng.standard_normal(count)
        pace = speed + rng.choice([0.0, 0.05]) * np.cumsum(rng.standard_normal(count))
        path = rng.uniform(0, width) + np.cumsum(pace) - pace.sum() / 2 + jump
        lean = rng.choice([0, 0, 1]) * rng.uniform(-0.06, 0.06)
        wave = rng.choice([0, 0, 1]) * rng.uniform(0, 2.5)
        shape = lean * rows + wave * np.sin(rows / rng.uniform(15, 120) + rng.uniform(0, 6))
        whole = rng.random() < 0.6
        top = 0 if whole else int(rng.uniform(0, 0.6) * height)
        bottom = height if whole else int(rng.uniform(top / height + 0.3, 1.1) * height)
        bottom = min(bottom, height)
        half = float(rng.uniform(0.4, 1.8) if rng.random() < 0.8 else rng.uniform(1.8, 4))
        value, opacity = grey_level(rng), rng.choice([0.85, 1.0, rng.uniform(0.4, 1)])
        flicker, texture = rng.choice([0, 3, 8, 14]), rng.choice([0, 0, 6])
        still = texture * rng.standard_normal((height, 1))
        soft, by_row = rng.random() < 0.4, rng.random() < 0.6
        gaps = rng.random(height) < 0.1 if rng.random() < 0.15 else np.zeros(height, bool)
        for moment in range(max(0, begin), min(count, begin + life)):
            centre = path[moment] + shape[top:bottom]
            first, end = int(centre.min() - half - 1), int(centre.max() + half + 2)
            first, end = max(0, first), min(width, end)
            if end <= first or bottom - top < 8:
                continue
            distance = np.abs(np.arange(first, end)[None] - centre[:, None])
            cover = (
                np.clip(half + 0.5 - distance, 0, 1) if soft else (distance <= half).astype(float)
            )
            cover[gaps[top:bottom]] = 0
            grain = rng.standard_normal((bottom - top, 1 if by_row else end - first)) * flicker
            area = sheet.luma[moment, top:bottom, first:end]
            before = area.copy()
            area += (value + grain + still[top:bottom] - area) * (cover * opacity)
            place = np.zeros((height, width), np.float32)
            place[top:bottom, first:end] = cover
            share = mean_in_cell(place)[..., None] * opacity
            sheet.chroma[moment] += (128 - sheet.chroma[moment]) * share
            shown = np.abs(area - before)[cover > 0.5]
            mark = DAMAGED if shown.size and np.mean(shown) > 6 else UNJUDGED
            hit = any_in_cell(place > 0.3)
            truth[moment][hit & (truth[moment] != DAMAGED)] = mark


def paint_blocks(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Macroblocks lost and concealed badly; they stay until the picture is sent anew."""
    count, height, width = sheet.luma.shape
    for _ in range(int(rng.choice([1, 2, 3]))):
        begin = int(rng.integers(-count // 3, count))
        end = begin + int(rng.choice([1, 2, 8, 24, count]))
        top = int(rng.integers(height // 16)) * 16
        left = int(rng.choice([0, rng.integers(width // 16)])) * 16
        long = min(width - left, int(rng.integers(1, 1 + width // 16)) * 16)
        tall = min(height - top, int(rng.choice([1, 1, 2, 3])) * 16)
        kind = rng.choice(["flat", "stretch", "past", "mosaic", "shift", "noise"])
        source = sheet.luma[max(0, begin - int(rng.integers(1, 12)))].copy()
        level = rng.choice([16.0, 128.0, float(rng.uniform(16, 235))])
        tint = rng.choice([0, 0, 40]) * rng.uniform(-1, 1, 2)
        move = rng.integers(-24, 24, 2)
        dirty = rng.standard_normal((tall // 8, long // 8)) * 60
        for moment in range(max(0, begin), min(count, end)):
            area = sheet.luma[moment, top : top + tall, left : left + long]
            before = area.copy()
            if kind == "flat":
                area[:] = level
            elif kind == "stretch":
                area[:] = sheet.luma[moment, max(0, top - 1), left : left + long]
            elif kind == "past":
                area[:] = source[top : top + tall, left : left + long]
            elif kind == "mosaic":
                small = cv2.resize(area, (max(1, long // 16), max(1, tall // 16)))
                area[:] = cv2.resize(small, (long, tall), interpolation=cv2.INTER_NEAREST)
            elif kind == "shift":
                moved = np.roll(source, tuple(int(v) for v in move), (0, 1))
                area[:] = moved[top : top + tall, left : left + long]
            else:
                area += cv2.resize(dirty, (long, tall), interpolation=cv2.INTER_NEAREST)
            if kind in ("flat", "noise"):
                colour = sheet.chroma[moment, top // 2 : (top + tall) // 2]
                colour[:, left // 2 : (left + long) // 2] += tint
            seen = np.abs(np.clip(area, 0, 255) - before)
            cells = any_in_cell(seen > 8)
            part = truth[moment, top // 2 : (top + tall) // 2, left // 2 : (left + long) // 2]
            if kind in ("flat", "stretch", "mosaic", "noise") and seen.mean() > 4:
                part[:] = DAMAGED
            else:
                part[cells] = DAMAGED


def paint_insects(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Something near the lens: out of focus, large, gone in a few frames."""
    count, height, width = sheet.luma.shape
    for _ in range(int(rng.choice([1, 2]))):
        begin, life = int(rng.integers(count)), int(rng.choice([1, 2, 4, 8, 20]))
        place = rng.uniform(0, 1, 2) * (width, height)
        speed = rng.standard_normal(2) * rng.choice([2, 10, 30])
        axes = rng.uniform(3, 26, 2)
        blur = float(axes.min() * rng.uniform(0.25, 0.8))
        value = float(rng.uniform(5, 70) if rng.random() < 0.6 else rng.uniform(190, 255))
        opacity, turn = rng.uniform(0.5, 1), rng.uniform(0, 180)
        smear = speed * rng.uniform(0.2, 0.9)
        tint = 128 + rng.uniform(-8, 8, 2)
        for moment in range(begin, min(count, begin + life)):
            place = place + speed + rng.standard_normal(2) * 2
            alpha = np.zeros((height, width), np.float32)
            for part in np.linspace(0, 1, 4):
                at = place + smear * part
                centre = (round(float(at[0])), round(float(at[1])))
                size = (max(1, round(float(axes[0]))), max(1, round(float(axes[1]))))
                cv2.ellipse(alpha, centre, size, float(turn), 0, 360, 1.0, -1)
            alpha = cv2.GaussianBlur(alpha, (0, 0), blur) * opacity
            if alpha.max() < 0.2:
                continue
            sheet.luma[moment] += (value - sheet.luma[moment]) * alpha
            cells = mean_in_cell(alpha)
            sheet.chroma[moment] += (tint - sheet.chroma[moment]) * cells[..., None]
            truth[moment][(cells > 0.05) & (truth[moment] == CLEAN)] = UNJUDGED
            truth[moment][cells > 0.2] = DAMAGED


def paint_dirt(rng: np.random.Generator, sheet: Sheet) -> None:
    """Spots on the lens: there in every frame, and not this network's business."""
    _, height, width = sheet.luma.shape
    alpha = np.zeros((height, width), np.float32)
    value = float(rng.uniform(10, 170))
    for _ in range(rng.integers(1, 4)):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(3, 24)), int(rng.integers(3, 24)))
        cv2.ellipse(alpha, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.8, 4)) * rng.uniform(0.5, 1)
    sheet.luma += (value - sheet.luma) * alpha
    sheet.chroma += (128 - sheet.chroma) * mean_in_cell(alpha)[..., None]
