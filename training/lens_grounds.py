"""What takes the place of a scene: test cards, plain walls; and what cameras make of scenes."""

from __future__ import annotations

import cv2
import numpy as np

from detect_damage import Field, Sheet


def add_chart(rng: np.random.Generator, sheet: Sheet) -> None:
    """A test card instead of the scene: bars, ramps, checks, rings, writing; parts of it move."""
    count, height, width = sheet.luma.shape
    card = np.full((height, width), rng.uniform(16, 235), np.float32)
    tint = np.full((height // 2, width // 2, 2), 128, np.float32)
    spread = np.zeros_like(card)
    for _ in range(rng.integers(6, 40)):
        top, left = int(rng.integers(height)), int(rng.integers(width))
        tall, wide = (int(2 ** rng.uniform(2, 7)) for _ in range(2))
        area = np.s_[top : top + tall, left : left + wide]
        part = card[area]
        kind = rng.choice(["plain", "ramp", "checks", "ring", "text", "moving"])
        if kind == "ramp":
            along = np.linspace(rng.uniform(16, 235), rng.uniform(16, 235), part.shape[1])
            part[:] = along[None]
        elif kind == "checks":
            step = int(2 ** rng.integers(1, 5))
            rows, columns = np.indices(part.shape) // step
            part[:] = np.where((rows + columns) % 2, rng.uniform(16, 235), rng.uniform(16, 235))
        elif kind == "ring":
            cv2.circle(card, (left, top), max(2, tall // 2), float(rng.uniform(16, 235)), 2)
        elif kind == "text":
            text = str(rng.integers(10**4))
            cv2.putText(card, text, (left, top), 0, rng.uniform(0.3, 1.5), 235.0, 1)
        else:
            part[:] = rng.uniform(16, 235)
            spread[area] = rng.uniform(3, 60) if kind == "moving" else 0
        if kind != "ring" and rng.random() < 0.6:
            cells = np.s_[top // 2 : (top + tall) // 2, left // 2 : (left + wide) // 2]
            tint[cells] = rng.uniform(16, 240, 2)
    sheet.luma = np.stack([card + spread, card - spread])
    sheet.chroma = np.repeat(tint[None], count, 0)


def add_wall(rng: np.random.Generator, sheet: Sheet) -> None:
    """A plain wall instead of the scene: even but for slow slopes, its noise fresh or frozen."""
    _, height, width = sheet.luma.shape
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    wall = rng.uniform(30, 220) + rng.uniform(-40, 40) * x + rng.uniform(-40, 40) * y
    grain = rng.standard_normal((height, width), np.float32) * rng.choice([0, 0.5, 2, 6])
    if rng.random() < 0.5:
        grain = cv2.blur(grain, (3, 3)) * 2
    keep = rng.choice([0, 0.1, 0.3])
    stir = np.abs(sheet.luma[0] - sheet.luma[1]) / 2 * keep + rng.choice([0, 0.2, 1, 4])
    mean = wall + grain + (sheet.luma.mean(0) - sheet.luma.mean()) * keep
    sheet.luma = np.stack([mean + stir, mean - stir]).astype(np.float32)
    sheet.chroma = 128 + (sheet.chroma - 128) * np.float32(keep)


def defocus(rng: np.random.Generator, sheet: Sheet) -> None:
    """A scene that is out of focus itself: there, what is soft is nothing strange."""
    blur = rng.uniform(0.8, 2.5)
    for plane in sheet.luma:
        cv2.GaussianBlur(plane, (0, 0), blur, dst=plane)


def sharpen(rng: np.random.Generator, sheet: Sheet) -> None:
    """What cameras do to look sharp: light and dark seams along edges."""
    sigma, strength = rng.uniform(0.7, 2), rng.uniform(0.3, 1.5)
    for plane in sheet.luma:
        plane += strength * (plane - cv2.GaussianBlur(plane, (0, 0), sigma))
    np.clip(sheet.luma, 0, 255, out=sheet.luma)


def overexpose(rng: np.random.Generator, mean: Field, spread: Field) -> None:
    """Burnt out skies and lamps, blocked shadows: they do not stir, and are no dirt."""
    luma = mean[..., :4]
    luma[:] = 128 + (luma - 128) * rng.uniform(1, 2) + rng.uniform(-70, 70)
    low, high = rng.uniform(0, 30), rng.uniform(225, 255)
    spread[..., :4][(luma < low) | (luma > high)] = 0
    np.clip(luma, low, high, out=luma)
