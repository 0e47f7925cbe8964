"""What stands still in a scene, is smooth or dark or soft, and does not lie on the lens."""

from __future__ import annotations

import cv2
import numpy as np

import lens_damage as damage
from detect_damage import Field, Sheet, mean_in_cell
from scenes import SceneMaker

KINDS = {
    "thing": 0.06,
    "box": 0.16,
    "windows": 0.14,
    "shadow": 0.07,
    "glow": 0.05,
    "lamp": 0.07,
    "stander": 0.14,
    "rod": 0.2,
    "housing": 0.11,
}


def add_decoys(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    for _ in range(rng.integers(1, 3)):
        kind = rng.choice(list(KINDS), p=list(KINDS.values()))
        if kind == "stander":
            add_stander(rng, sheet, maker)
        elif kind in ("shadow", "glow", "lamp"):
            add_light(rng, sheet, str(kind))
        else:
            add_thing(rng, sheet, str(kind))


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
    value = np.full(
        shape, rng.uniform(10, 80) if kind == "housing" else rng.uniform(10, 230), np.float32
    )
    cover(sheet, alpha, value + slope, np.float32(rng.uniform(110, 146, 2)))


def add_stander(rng: np.random.Generator, sheet: Sheet, maker: SceneMaker) -> None:
    """A person or a car that does not move, or hardly: its edges are as sharp as the scene."""
    _, height, width = sheet.luma.shape
    tall, wide = (int(v) for v in rng.integers(14, 110, 2))
    photo = maker.photos[rng.integers(len(maker.photos))]
    y0 = int(rng.integers(max(1, photo.shape[0] - tall)))
    x0 = int(rng.integers(max(1, photo.shape[1] - wide)))
    grey = cv2.cvtColor(photo[y0 : y0 + tall, x0 : x0 + wide], cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, (wide, tall)).astype(np.float32)
    grey = grey.mean() + (grey - grey.mean()) * rng.uniform(0, 1) - rng.uniform(0, 60)
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
