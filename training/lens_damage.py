"""Seeded damage that lies on the lens: dirt, drops, cobwebs, smears. It never moves.

As in detect_damage.py, drawn far wider than any one bench does; truth is `[h, w]` uint8 of cells.
"""

from __future__ import annotations

import cv2
import numpy as np

from detect_damage import DAMAGED, UNJUDGED, Field, Sheet, mean_in_cell
from scenes import Pixels


def reach(rng: np.random.Generator, shape: tuple[int, int], radius: float) -> tuple[Field, Field]:
    """Distance from a blob's centre in radii of its wobbling outline, and the direction."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x - rng.uniform(0, width), y - rng.uniform(0, height)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(0.65, 1.5)
    along = (x * np.cos(turn) + y * np.sin(turn)) / stretch
    across = (y * np.cos(turn) - x * np.sin(turn)) * stretch
    angle = np.arctan2(across, along)
    outline, wobble = np.ones(shape, np.float32), rng.choice([0.0, 0.12, 0.25, 0.5])
    for frequency in range(2, 7):
        size = rng.standard_normal() * wobble / frequency
        outline += size * np.sin(frequency * angle + rng.uniform(0, 6.3))
    distance = np.hypot(along, across) / (radius * np.maximum(outline, 0.35))
    return distance.astype(np.float32), np.arctan2(y, x)


def soft_edge(distance: Field, softness: float) -> Field:
    t = np.clip((1 + softness / 2 - distance) / softness, 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mark(truth: Pixels, alpha: Field) -> None:
    """Cells that are hidden, and those so thinly veiled that either answer will do."""
    cells = mean_in_cell(alpha)
    truth[(cells > 0.05) & (truth != DAMAGED)] = UNJUDGED
    truth[cells > (0.12 if alpha.max() > 0.5 else 0.3)] = DAMAGED


def blend(sheet: Sheet, alpha: Field, value: Field, tint: tuple[float, float]) -> None:
    sheet.luma += (value - sheet.luma) * alpha
    cells = mean_in_cell(alpha)[..., None]
    sheet.chroma += (np.float32(tint) - sheet.chroma) * cells


def paint_spots(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Dirt: round or ragged, soft, mostly opaque."""
    shape = sheet.luma.shape[1:]
    for _ in range(rng.integers(1, 6)):
        radius = float(np.exp(rng.uniform(np.log(3), np.log(34))))
        distance, _ = reach(rng, shape, radius)
        alpha = soft_edge(distance, float(rng.uniform(0.12, 0.9)))
        if rng.random() < 0.3:
            alpha *= float(rng.uniform(0.4, 1))
        kind = rng.random()
        value = rng.uniform(10, 80) if kind < 0.6 else rng.uniform(80, 200)
        shade = np.full(shape, value, np.float32)
        if rng.random() < 0.3:
            shade += rng.uniform(-25, 25) * np.clip(distance, 0, 1)
        shade += rng.choice([0, 1.5, 3, 6]) * rng.standard_normal(shape, np.float32)
        brown = rng.uniform(0, 12)
        blend(sheet, alpha, shade, (128 - brown, 128 + brown / 2 + rng.uniform(-3, 3)))
        mark(truth, alpha)


def paint_drops(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Water: each drop is a small lens, turning or enlarging, out of focus, its rim bright."""
    height, width = sheet.luma.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(rng.integers(1, 5)):
        radius = float(np.exp(rng.uniform(np.log(4), np.log(40))))
        distance, angle = reach(rng, (height, width), radius)
        alpha = soft_edge(distance, float(rng.uniform(0.06, 0.4)))
        inside = alpha > 0.5
        if not inside.any():
            continue
        middle = x[inside].mean(), y[inside].mean()
        scale = -rng.uniform(0.9, 3.5) if rng.random() < 0.6 else rng.uniform(0.25, 0.7)
        from_x = np.abs(middle[0] + (x - middle[0]) * scale)
        from_y = np.abs(middle[1] + (y - middle[1]) * scale)
        blur, rim = float(rng.uniform(0.6, 4)), rng.uniform(0.1, 0.4)
        light, bright = rng.uniform(-np.pi, 0.3), rng.choice([0, 15, 35, 60])
        edge = np.maximum(0, 1 - np.abs(distance - (1 - rim / 2)) / (rim / 2))
        facing = np.cos(angle - light)
        shine = edge * bright * (np.maximum(0, facing) - 0.3 * np.maximum(0, -facing))
        shine -= rng.choice([0, 10, 25]) * edge * rng.random()
        cells = mean_in_cell(alpha)[..., None]
        half_x, half_y = from_x[::2, ::2] / 2, from_y[::2, ::2] / 2
        for moment in range(len(sheet.luma)):
            soft = cv2.GaussianBlur(sheet.luma[moment], (0, 0), blur)
            seen = cv2.remap(soft, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            sheet.luma[moment] += (seen + shine - sheet.luma[moment]) * alpha
            tone = cv2.remap(
                sheet.chroma[moment], half_x, half_y, cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REFLECT,
            )  # fmt: skip
            sheet.chroma[moment] += (tone - sheet.chroma[moment]) * cells
        mark(truth, alpha)


def paint_cobweb(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """Threads out of focus, from a corner or across; bright by night, dark against the sky."""
    height, width = sheet.luma.shape[1:]
    alpha = np.zeros((height, width), np.float32)
    hub = rng.uniform(-0.2, 1.2, 2) * (width, height)
    for _ in range(rng.integers(2, 9)):
        end = rng.uniform(-0.2, 1.2, 2) * (width, height)
        sag = rng.standard_normal(2) * 12
        t = np.linspace(0, 1, 24)[:, None]
        line = hub + (end - hub) * t + sag * (t * (1 - t) * 4)
        if rng.random() < 0.3:
            line = line + rng.uniform(-0.5, 0.5, 2) * (width, height)
        points = np.rint(line).astype(np.int32)
        cv2.polylines(alpha, [points], False, 1.0, int(rng.integers(1, 4)))
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(1.2, 3.5))
    alpha *= rng.uniform(0.35, 0.9) / max(0.05, float(alpha.max()))
    value = rng.uniform(150, 245) if rng.random() < 0.7 else 30.0
    blend(sheet, alpha, np.full((height, width), value, np.float32), (128, 128))
    cells = mean_in_cell(alpha)
    truth[(cells > 0.06) & (truth != DAMAGED)] = UNJUDGED
    truth[cells > 0.25] = DAMAGED


def paint_smear(rng: np.random.Generator, sheet: Sheet, truth: Pixels) -> None:
    """A fingerprint or a wiped lens: what is behind is blurred and veiled; only the thick of it is
    damage."""
    shape = sheet.luma.shape[1:]
    distance, _ = reach(rng, shape, float(rng.uniform(15, 60)))
    alpha = soft_edge(distance, float(rng.uniform(0.4, 1.2)))
    blur, veil = float(rng.uniform(2, 7)), float(rng.uniform(0.1, 0.6))
    value = float(rng.uniform(60, 210))
    for moment in range(len(sheet.luma)):
        soft = cv2.GaussianBlur(sheet.luma[moment], (0, 0), blur)
        soft += (value - soft) * veil
        sheet.luma[moment] += (soft - sheet.luma[moment]) * alpha
    sheet.chroma += (128 - sheet.chroma) * mean_in_cell(alpha)[..., None] * veil
    cells = mean_in_cell(alpha)
    truth[(cells > 0.05) & (truth != DAMAGED)] = UNJUDGED
    if veil > 0.35:
        truth[cells > 0.6] = DAMAGED
