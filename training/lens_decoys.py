"""What stands still in a scene, is smooth or dark or soft, and does not lie on the lens."""

from __future__ import annotations

import cv2
import numpy as np

import lens_damage as damage
from detect_damage import Field, Sheet, mean_in_cell
from scenes import SceneMaker

KINDS = {
    "thing": 0.05,
    "box": 0.08,
    "windows": 0.08,
    "shadow": 0.07,
    "glow": 0.04,
    "lamp": 0.05,
    "stander": 0.09,
    "rod": 0.1,
    "housing": 0.07,
    "disc": 0.13,
    "glass": 0.06,
    "sky": 0.06,
    "slider": 0.06,
    "wire": 0.06,
}


def add_decoys(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    for _ in range(rng.integers(1, 4)):
        add_decoy(rng, sheet, maker, str(rng.choice(list(KINDS), p=list(KINDS.values()))))


def add_decoy(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker, kind: str) -> None:
    if kind == "stander":
        add_stander(rng, sheet, maker)
    elif kind == "disc":
        add_disc(rng, sheet, maker)
    elif kind == "glass":
        add_glass(rng, sheet)
    elif kind == "slider":
        add_slider(rng, sheet, maker)
    elif kind in ("shadow", "glow", "lamp"):
        add_light(rng, sheet, kind)
    else:
        add_thing(rng, sheet, kind)


def cover(sheet: Sheet, alpha: Field, value: Field, tint: Field) -> None:
    sheet.luma += (value - sheet.luma) * alpha
    sheet.chroma += (tint - sheet.chroma) * mean_in_cell(alpha)[..., None]


def add_light(rng: np.random.Generator, sheet: Sheet, kind: str) -> None:
    """Shadows keep the texture below them; glows have no edge; lamps have a glow around them."""
    shape = sheet.luma.shape[1:]
    distance, _ = damage.reach(rng, shape, float(rng.uniform(3, 40)))
    if kind == "shadow":
        sheet.luma *= 1 - rng.uniform(0.2, 0.6) * damage.soft_edge(distance, rng.uniform(0.1, 1))
        return
    sheet.luma += rng.uniform(20, 120) * np.exp(-(distance**2) * rng.uniform(0.5, 2))
    if kind == "lamp":
        core = damage.soft_edge(distance * rng.uniform(2, 4), 0.3)
        sheet.luma += (rng.uniform(200, 250) - sheet.luma) * core
    np.clip(sheet.luma, 0, 255, out=sheet.luma)


def add_thing(rng: np.random.Generator, sheet: Sheet, kind: str) -> None:
    """Sharp smooth things, dark windows; and what is out of focus since it is near the camera: rods
    and branches from outside the picture, the edge of a housing."""
    shape = height, width = sheet.luma.shape[1:]
    soft = rng.uniform(0.3, 0.6)
    alpha = np.zeros(shape, np.float32)
    if kind == "thing":
        distance, _ = damage.reach(rng, shape, float(rng.uniform(3, 40)))
        alpha = (distance < 1).astype(np.float32)
    elif kind in ("box", "windows"):
        top, left = int(rng.integers(height)), int(rng.integers(width))
        tall, wide = (int(v) for v in rng.integers(4, 60, 2))
        rows, columns = rng.integers(1, 5, 2) if kind == "windows" else (1, 1)
        for row in range(rows):
            for column in range(columns):
                y, x = top + row * int(tall * 1.5), left + column * int(wide * 1.5)
                alpha[y : y + tall, x : x + wide] = 1
    elif kind == "sky":
        # Between roofs and the edge of the picture: smooth, still, and sharply bounded.
        corner = rng.integers(0, 2, 2) * (width, height)
        points = corner + rng.uniform(-0.6, 0.6, (int(rng.integers(3, 6)), 2)) * (width, height)
        cv2.fillPoly(alpha, [cv2.convexHull(np.rint(points).astype(np.int32))], 1.0)
    elif kind == "wire":
        for _ in range(rng.integers(1, 4)):
            ends = rng.uniform(-0.2, 1.2, (2, 2)) * (width, height)
            t = np.linspace(0, 1, 24)[:, None]
            curve = ends[0] + (ends[1] - ends[0]) * t
            curve[:, 1:] += rng.uniform(0, 30) * t * (1 - t) * 4
            points = np.rint(curve).astype(np.int32)
            cv2.polylines(alpha, [points], False, 1.0, int(rng.integers(1, 4)))
    elif kind == "rod":
        soft = rng.uniform(0.5, 4) if rng.random() < 0.7 else 0.5
        side = rng.random() < 0.5
        start = rng.uniform(-0.1, 1.1, 2) * (width, height)
        start[int(side)] = rng.choice([-20, (width, height)[int(side)] + 20])
        end = start + rng.standard_normal(2) * (width, height)
        points = np.rint([start, end]).astype(np.int32)
        cv2.polylines(alpha, [points], False, 1.0, int(rng.integers(4, 30)))
    else:
        soft = rng.uniform(1, 9) if rng.random() < 0.7 else 0.5
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        across = (x - width / 2) * np.cos(angle) + (y - height / 2) * np.sin(angle)
        bend = rng.uniform(-0.004, 0.004) * (x - y) ** 2 / 8
        alpha = (across + bend > rng.uniform(0.15, 0.5) * width).astype(np.float32)
    alpha = cv2.GaussianBlur(alpha, (0, 0), soft)
    slope = np.linspace(0, rng.uniform(-30, 30), width, dtype=np.float32)[None]
    level = rng.uniform(10, 80) if kind == "housing" else rng.uniform(10, 230)
    if rng.random() < 0.3 and alpha.any():
        # Hardly another brightness than what is behind it.
        level = float(np.average(sheet.luma.mean(0), weights=alpha)) + rng.uniform(-40, 40)
    value = np.full(shape, level, np.float32)
    cover(sheet, alpha, value + slope, np.float32(rng.uniform(110, 146, 2)))


def patch(rng: np.random.Generator, maker: SceneMaker, tall: int, wide: int) -> Field:
    """A piece of a photograph, grey, in a contrast of its own."""
    photo = maker.photos[rng.integers(len(maker.photos))]
    y = int(rng.integers(max(1, photo.shape[0] - tall)))
    x = int(rng.integers(max(1, photo.shape[1] - wide)))
    grey = cv2.cvtColor(photo[y : y + tall, x : x + wide], cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, (wide, tall)).astype(np.float32)
    return grey.mean() + (grey - grey.mean()) * rng.uniform(0, 1) - rng.uniform(0, 60)


def add_disc(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    """What is round and in focus: hubs, roundels, tables, plates, bulbs, reflectors, balls; with a
    ring around it, a light side, a highlight, or a picture of its own."""
    shape = height, width = sheet.luma.shape[1:]
    radius = float(np.exp(rng.uniform(np.log(3), np.log(36))))
    flat = (1.0, 1.0) if rng.random() < 0.5 else (0.5, 2.0)
    distance, direction = damage.reach(rng, shape, radius, (0.0, 0.0, 0.1), flat)
    alpha = np.clip((1 - distance) * radius / rng.uniform(1, 1.8) + 0.5, 0, 1)
    value = np.full(shape, rng.uniform(15, 235), np.float32)
    look = rng.random()
    if look < 0.25:
        value = patch(rng, maker, height, width)
    elif look < 0.4:
        value = sheet.luma.mean(0) + rng.uniform(-50, 50)
    if rng.random() < 0.5:
        inner = rng.uniform(0.55, 0.92)
        ring = np.clip((distance - inner) * radius + 0.5, 0, 1)
        value = value + (rng.uniform(10, 240) - value) * ring
    lit = rng.uniform(0, 60) * np.cos(direction - rng.uniform(-np.pi, np.pi)) * distance
    if rng.random() < 0.4:
        value = value + lit
    if rng.random() < 0.3:
        spot, _ = damage.reach(rng, shape, radius * rng.uniform(0.1, 0.3), (0.0,))
        value = value + rng.uniform(40, 150) * np.exp(-(spot**2))
    cover(sheet, alpha, np.clip(value, 5, 250), np.float32(rng.uniform(112, 144, 2)))


def add_glass(rng: np.random.Generator, sheet: Sheet) -> None:
    """Bottles and glasses: one sees through them, shifted and darker; their walls are dark, their
    highlights upright."""
    shape = height, width = sheet.luma.shape[1:]
    tall, wide = int(rng.integers(20, 120)), int(rng.integers(8, 44))
    top, left = int(rng.integers(height - 8)), int(rng.integers(width - 8))
    alpha = np.zeros(shape, np.float32)
    round_end = max(1, wide // int(rng.integers(2, 5)))
    cv2.rectangle(alpha, (left + round_end, top), (left + wide - round_end, top + tall), 1.0, -1)
    cv2.rectangle(alpha, (left, top + round_end), (left + wide, top + tall - round_end), 1.0, -1)
    for x in (left + round_end, left + wide - round_end):
        for y in (top + round_end, top + tall - round_end):
            cv2.circle(alpha, (x, y), round_end, 1.0, -1)
    if rng.random() < 0.5:
        neck = max(1, wide // 5)
        middle = left + wide // 2
        cv2.rectangle(alpha, (middle - neck, top - tall // 3), (middle + neck, top), 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.8))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = left + wide / 2
    bent = middle + (x - middle) * rng.choice([-1.0, 0.6, 1.0, 1.0]) + rng.uniform(-6, 6)
    walls = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(1.5, 4))
    thickness = rng.uniform(0, 80) * (1 - walls) + rng.uniform(0, 30)
    gleam = left + rng.uniform(0.1, 0.9) * wide
    shine = rng.choice([0, 30, 90]) * np.exp(-((x - gleam) ** 2) / rng.uniform(1, 8))
    for moment in range(len(sheet.luma)):
        through = cv2.remap(
            sheet.luma[moment],
            bent.astype(np.float32),
            y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        sheet.luma[moment] += (through - thickness + shine - sheet.luma[moment]) * alpha


def add_slider(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    """What moves on a little, or was there for a part of the time: soft in the mean, or seen
    through, and it stirs just there."""
    _, height, width = sheet.luma.shape
    distance, _ = damage.reach(rng, (height, width), float(rng.uniform(4, 40)))
    alpha = (distance < 1).astype(np.float32)
    if rng.random() < 0.4:
        alpha[:] = 0
        top, left = int(rng.integers(height)), int(rng.integers(width))
        tall, wide = (int(v) for v in rng.integers(6, 80, 2))
        alpha[top : top + tall, left : left + wide] = 1
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.8))
    way = rng.standard_normal(2) * rng.choice([0.5, 2, 6, 15])
    steps = []
    for part in np.linspace(0, 1, 8):
        matrix = np.float32([[1, 0, way[0] * part], [0, 1, way[1] * part]])
        steps.append(cv2.warpAffine(alpha, matrix, (width, height)))
    share = rng.uniform(0.3, 1) if rng.random() < 0.4 else 1.0
    often = np.mean(steps, 0)
    stir = np.sqrt(np.maximum(0, np.mean(np.square(steps), 0) * share - (often * share) ** 2))
    mean, spread = sheet.luma.mean(0), (sheet.luma[0] - sheet.luma[1]) / 2
    plain = np.full((height, width), rng.uniform(10, 230), np.float32)
    value = patch(rng, maker, height, width) if rng.random() < 0.4 else plain
    off = value - mean
    spread = np.hypot(spread * (1 - often * share), off * stir)
    mean = mean + off * often * share
    sheet.luma = np.stack([mean + spread, mean - spread])


def add_stander(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    """A person or a car that does not move, or hardly: its edges are as sharp as the scene."""
    _, height, width = sheet.luma.shape
    tall, wide = (int(v) for v in rng.integers(14, 110, 2))
    grey = patch(rng, maker, tall, wide)
    shape = np.zeros((tall, wide), np.uint8)
    if maker.shapes:
        shape = cv2.resize(maker.shapes[rng.integers(len(maker.shapes))], (wide, tall))
    else:
        cv2.ellipse(shape, (wide // 2, tall // 2), (wide // 2, tall // 2), 0, 0, 360, 255, -1)
    alpha, value = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    top, left = int(rng.integers(height - 8)), int(rng.integers(width - 8))
    tall, wide = min(tall, height - top), min(wide, width - left)
    alpha[top : top + tall, left : left + wide] = shape[:tall, :wide] > 127
    value[top : top + tall, left : left + wide] = grey[:tall, :wide]
    sharp = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.8))
    cover(sheet, sharp, np.clip(value, 5, 250), np.float32(rng.uniform(116, 140, 2)))
    # Who stands sways: his edges stir.
    sway = rng.choice([0, 0.5, 2, 6]) * np.abs(cv2.Laplacian(sharp, cv2.CV_32F))
    sheet.luma[0] += sway
    sheet.luma[1] -= sway
