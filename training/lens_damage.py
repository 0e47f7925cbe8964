"""Seeded damage that lies on the lens: dirt, drops, cobwebs, smears. It never moves. In a picture
of fewer samples it is smaller: by `zoom`.

As in detect_damage.py, drawn far wider than any one bench does; truth is `[h, w]` uint8 of cells.
"""

from __future__ import annotations

import cv2
import numpy as np

from detect_damage import DAMAGED, UNJUDGED, Field, Sheet, mean_in_cell
from scenes import Pixels

FAINT = 2.5
"""Grey levels (RMS) by which a drop changes what is seen: below, either answer will do."""


def reach(
    rng: np.random.Generator,
    shape: tuple[int, int],
    radius: float,
    wobbles: tuple[float, ...] = (0.0, 0.12, 0.25, 0.5),
    stretches: tuple[float, float] = (0.65, 1.5),
) -> tuple[Field, Field]:
    """Distance from a blob's centre in radii of its wobbling outline, and the direction. Beyond
    three radii, far."""
    height, width = shape
    at = rng.uniform(0, width), rng.uniform(0, height)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(*stretches)
    wobble = rng.choice(wobbles)
    waves = [(f, rng.standard_normal() * wobble / f, rng.uniform(0, 6.3)) for f in range(2, 7)]
    distance, direction = np.full(shape, 9, np.float32), np.zeros(shape, np.float32)
    far = 3 * radius + 2
    left, right = (int(np.clip(at[0] + d, 0, width)) for d in (-far, far))
    top, bottom = (int(np.clip(at[1] + d, 0, height)) for d in (-far, far))
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    x, y = x - np.float32(at[0]), y - np.float32(at[1])
    along = (x * np.cos(turn) + y * np.sin(turn)) / stretch
    across = (y * np.cos(turn) - x * np.sin(turn)) * stretch
    angle = np.arctan2(across, along)
    outline = np.ones_like(x)
    if wobble > 0:
        for frequency, size, phase in waves:
            outline += size * np.sin(frequency * angle + phase)
    inner = np.s_[top:bottom, left:right]
    distance[inner] = np.hypot(along, across) / (radius * np.maximum(outline, 0.35))
    direction[inner] = np.arctan2(y, x)
    return distance, direction


def soft_edge(distance: Field, softness: float) -> Field:
    t = np.clip((1 + softness / 2 - distance) / softness, 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mark(truth: Pixels, alpha: Field) -> None:
    """Cells with a sample that is visibly covered, and those so thinly veiled that either answer
    will do."""
    height, width = alpha.shape
    cells = alpha.reshape(height // 2, 2, width // 2, 2).max((1, 3))
    truth[(cells > 0.04) & (truth != DAMAGED)] = UNJUDGED
    truth[cells > (0.1 if alpha.max() > 0.5 else 0.3)] = DAMAGED


def blend(sheet: Sheet, alpha: Field, value: Field, tint: tuple[float, float]) -> None:
    sheet.luma += (value - sheet.luma) * alpha
    cells = mean_in_cell(alpha)[..., None]
    sheet.chroma += (np.float32(tint) - sheet.chroma) * cells


def ragged(rng: np.random.Generator, shape: tuple[int, int], radius: float) -> Field:
    """A distance as `reach` has it, its outline torn: mud, bird droppings, flakes."""
    distance, _ = reach(rng, shape, radius)
    rough = rng.standard_normal((shape[0] // 4 + 1, shape[1] // 4 + 1)).astype(np.float32)
    rough = cv2.GaussianBlur(rough, (0, 0), max(0.6, radius / 16)) * max(1.2, radius / 8)
    return distance + 0.25 * cv2.resize(rough, shape[::-1], interpolation=cv2.INTER_CUBIC)


def paint_spots(rng: np.random.Generator, sheet: Sheet, truth: Pixels, zoom: float = 1) -> None:
    """Dirt: round or ragged, soft, mostly opaque; alone, a few, or spattered."""
    shape = sheet.luma.shape[1:]
    spattered = rng.random() < 0.08
    alike = rng.uniform(8, 90) if rng.random() < 0.2 else None
    for _ in range(rng.integers(10, 24) if spattered else rng.integers(1, 9)):
        radius = float(np.exp(rng.uniform(np.log(4), np.log(9 if spattered else 48)))) / zoom
        torn = rng.random() < 0.15 and radius > 6
        distance = ragged(rng, shape, radius) if torn else reach(rng, shape, radius)[0]
        # Out of focus: no edge is sharper than the scene.
        alpha = soft_edge(distance, max(1.5 / radius, float(rng.uniform(0.15, 0.9))))
        if rng.random() < 0.2:
            alpha *= float(rng.uniform(0.45, 1))
        value = rng.uniform(8, 90) if rng.random() < 0.62 else rng.uniform(80, 215)
        shade = np.full(shape, value if alike is None else alike, np.float32)
        if rng.random() < 0.3:
            shade += rng.uniform(-30, 30) * np.clip(distance, 0, 1)
        grain = rng.choice([0, 0, 1, 2.5, 5])
        if grain > 0:
            rough = rng.standard_normal(shape, np.float32)
            shade += grain * (cv2.blur(rough, (3, 3)) * 2 if rng.random() < 0.4 else rough)
        brown = rng.uniform(-3, 14)
        blend(sheet, alpha, shade, (128 - brown, 128 + brown / 2 + rng.uniform(-3, 3)))
        mark(truth, alpha)


def paint_drops(rng: np.random.Generator, sheet: Sheet, truth: Pixels, zoom: float = 1) -> None:
    """Water: each drop is a small lens, turning or enlarging, out of focus, its rim bright."""
    height, width = sheet.luma.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = rng.uniform(-np.pi, np.pi if rng.random() < 0.2 else 0.3)
    fine = rng.random() < 0.45
    for _ in range(rng.integers(5, 15) if fine else rng.integers(2, 8)):
        radius = float(np.exp(rng.uniform(np.log(6), np.log(18 if fine else 50)))) / zoom
        wobbles = (0.0, 0.1, 0.15, 0.25)
        distance, angle = reach(rng, (height, width), radius, wobbles, (0.7, 1.4))
        alpha = soft_edge(distance, max(1.2 / radius, float(rng.uniform(0.1, 0.4))))
        inside = alpha > 0.5
        if not inside.any():
            continue
        middle = x[inside].mean(), y[inside].mean()
        kind = rng.random()
        scale = rng.uniform(0.25, 0.75) if kind < 0.4 else -rng.uniform(0.8, 3)
        if kind > 0.85:
            scale = -rng.uniform(3, 8)
        # The rounder a drop, the more its rim bends: seen from its middle, more and more is shown.
        curve = rng.choice([0, 0, 0.5, 1.5]) * rng.random()
        bend = np.float32(scale) * np.minimum(1 + np.float32(curve) * np.square(distance), 4)
        from_x = middle[0] + (x - middle[0]) * bend
        from_y = middle[1] + (y - middle[1]) * bend
        blur = float(rng.uniform(0.5, 3.5))
        if rng.random() < 0.5:
            light = rng.uniform(-np.pi, 0.3)
        shine = shine_of(rng, distance, angle, light)
        cells = mean_in_cell(alpha)[..., None]
        bare = sheet.luma.mean(0)[inside]
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
        change = sheet.luma.mean(0)[inside] - bare
        if np.sqrt(np.mean(np.square(change))) > FAINT:
            mark(truth, alpha)
        else:
            truth[(mean_in_cell(alpha) > 0) & (truth != DAMAGED)] = UNJUDGED


def shine_of(rng: np.random.Generator, distance: Field, angle: Field, light: float) -> Field:
    """What a drop adds to what is seen through it: a rim that is bright on the side of the light
    and dark on the other, at times all around; a glint; a veil."""
    rim = rng.uniform(0.1, 0.45)
    edge = np.maximum(0, 1 - np.abs(distance - (1 - rim / 2)) / (rim / 2))
    facing = np.cos(angle - light)
    if rng.random() < 0.12:
        facing = np.full_like(facing, rng.choice([-1, 0.7, 1]))
    bright = rng.choice([0, 1], p=[0.06, 0.94]) * rng.uniform(12, 70)
    dark = rng.uniform(0.1, 0.5) if rng.random() < 0.8 else rng.uniform(0.5, 1.5)
    shine = edge * bright * (np.maximum(0, facing) - dark * np.maximum(0, -facing))
    shine -= rng.choice([0, 0, 10, 25]) * edge * rng.random()
    if rng.random() < 0.15:
        away = np.hypot(
            distance * np.cos(angle) - 0.5 * np.cos(light),
            distance * np.sin(angle) - 0.5 * np.sin(light),
        )
        shine += rng.uniform(30, 120) * np.exp(-np.square(away / rng.uniform(0.1, 0.25)))
    if rng.random() < 0.15:
        shine += rng.uniform(-25, 25)
    return shine.astype(np.float32)


def threads(rng: np.random.Generator, shape: tuple[int, int]) -> list[tuple[Field, int]]:
    """Curves `[points, 2]` with their widths: spokes and rings of an orb, strands from corner to
    corner, or a tangle around a place."""
    height, width = shape
    size = np.float32([width, height])
    hub = rng.uniform(-0.2, 1.2, 2) * size
    style = rng.choice(["strands", "orb", "tangle"], p=[0.5, 0.25, 0.25])
    count = {"strands": (2, 9), "orb": (6, 14), "tangle": (8, 30)}[str(style)]
    far = rng.uniform(0.1, 0.4) if style == "tangle" else 0.9
    t = np.linspace(0, 1, 24, dtype=np.float32)[:, None]
    curves: list[tuple[Field, int]] = []
    turns = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(*count)))
    for turn in turns:
        reach_out = far * rng.uniform(0.3 if style == "tangle" else 0.7, 1.1)
        end = hub + np.array([np.cos(turn), np.sin(turn)]) * reach_out * size
        start = hub
        if style == "tangle":
            start = hub + rng.standard_normal(2) * far * size / 3
        elif style == "strands" and rng.random() < 0.3:
            start = rng.uniform(-0.2, 1.2, 2) * size
        sag = rng.standard_normal(2) * 12
        curves.append((start + (end - start) * t + sag * (t * (1 - t) * 4), rng.integers(1, 4)))
    if style == "orb":
        spokes = np.stack([curve for curve, _ in curves])
        places = np.arange(0.15, 0.9, rng.uniform(0.08, 0.25))
        curves += [(spokes[:, int(place * 23)], 1) for place in places]
    return curves


def paint_cobweb(rng: np.random.Generator, sheet: Sheet, truth: Pixels, zoom: float = 1) -> None:
    """Threads out of focus, from a corner or across, with clots of dust; bright by night, dark
    against the sky."""
    height, width = sheet.luma.shape[1:]
    alpha = np.zeros((height, width), np.float32)
    dusty = rng.random() < 0.3
    for curve, thick in threads(rng, (height, width)):
        points = np.rint(curve).astype(np.int32)
        cv2.polylines(alpha, [points], False, float(rng.uniform(0.5, 1)), int(thick))
        if dusty:
            x, y = points[rng.integers(len(points))]
            cv2.circle(alpha, (int(x), int(y)), int(rng.integers(1, 5)), 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), max(0.6, rng.uniform(1.0, 4) / zoom))
    alpha *= rng.uniform(0.35, 0.9) / max(0.05, float(alpha.max()))
    value = rng.uniform(150, 245) if rng.random() < 0.7 else rng.uniform(15, 60)
    blend(sheet, alpha, np.full((height, width), value, np.float32), (128, 128))
    cells = mean_in_cell(alpha)
    truth[(cells > 0.06) & (truth != DAMAGED)] = UNJUDGED
    truth[cells > 0.25] = DAMAGED


def paint_smear(rng: np.random.Generator, sheet: Sheet, truth: Pixels, zoom: float = 1) -> None:
    """A fingerprint or a wiped lens: what is behind is blurred and veiled; only the thick of it is
    damage."""
    shape = sheet.luma.shape[1:]
    distance, _ = reach(rng, shape, float(rng.uniform(15, 60)) / zoom)
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
