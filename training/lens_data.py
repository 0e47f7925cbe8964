"""Makes the samples that `lens` learns from: what many moments have in common.

A sample is `[15, SIDE, SIDE]` uint8: the mean over some frames and sixteen times their standard
deviation (six planes each, as src/detectors/lens-statistics.ts makes them), the number of frames,
and the truth of the classes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

import lens_damage as damage
from detect_damage import DAMAGED, Sheet, mean_in_cell
from detect_data import add_noise, add_structures, open_raw, write_shards
from noise import code_h264
from scenes import Pixels, read_clip

CLASSES = ("dirt", "drop")
SIDE = 96


class Cameras:
    """Windows of real and drawn cameras, a few frames far apart."""

    def __init__(self, raw: Path, skip: set[str], held_out: bool) -> None:
        self.maker, paths = open_raw(raw, skip, held_out)
        self.clips = [read_clip(path, max_width=640) for path in paths]

    def window(self, rng: np.random.Generator) -> Pixels:
        count = int(rng.choice([1, 4, 8, 12, 16], p=[0.08, 0.12, 0.3, 0.3, 0.2]))
        if rng.random() < 0.6 or not self.clips:
            scene = self.maker.make(rng, 17)[:count]
        else:
            scene = self.clips[rng.integers(len(self.clips))]
            stride = int(rng.integers(1, max(2, len(scene) // count)))
            start = int(rng.integers(max(1, len(scene) - stride * count + 1)))
            scene = scene[start : start + stride * count : stride]
        top = int(rng.integers(max(1, scene.shape[1] - SIDE + 1)))
        left = int(rng.integers(max(1, scene.shape[2] - SIDE + 1)))
        window = scene[:, top : top + SIDE, left : left + SIDE]
        pad = (SIDE - window.shape[1], SIDE - window.shape[2])
        return np.pad(window, ((0, 0), (0, pad[0]), (0, pad[1]), (0, 0)), mode="edge")


def add_decoys(rng: np.random.Generator, sheet: Sheet) -> None:
    """What stands still in the scene: sharp dark things, shadows that keep their texture, glows."""
    shape = sheet.luma.shape[1:]
    for _ in range(rng.integers(1, 4)):
        kind = rng.choice(["thing", "box", "shadow", "glow"])
        distance, _ = damage.reach(rng, shape, float(rng.uniform(3, 40)))
        if kind == "shadow":
            dark = rng.uniform(0.2, 0.6) * damage.soft_edge(distance, rng.uniform(0.1, 1))
            sheet.luma *= 1 - dark
            continue
        if kind == "glow":
            sheet.luma += rng.uniform(20, 120) * np.exp(-(distance**2) * 2)
            continue
        alpha = (distance < 1).astype(np.float32)
        if kind == "box":
            alpha = np.zeros(shape, np.float32)
            top, left = int(rng.integers(shape[0])), int(rng.integers(shape[1]))
            tall, wide = (int(v) for v in rng.integers(4, 60, 2))
            alpha[top : top + tall, left : left + wide] = 1
        alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.3, 1.0))
        value = np.full(shape, rng.uniform(10, 230), np.float32)
        value += rng.uniform(-20, 20) * np.clip(distance, 0, 1.5)
        sheet.luma += (value - sheet.luma) * alpha
        tint = np.float32(rng.uniform(110, 146, 2))
        sheet.chroma += (tint - sheet.chroma) * mean_in_cell(alpha)[..., None]


def statistics(cells: Pixels) -> Pixels:
    """`[13, h, w]`: mean, 16 standard deviations, and the number of frames."""
    values = cells.astype(np.float32)
    mean, spread = values.mean(0), values.std(0) * 16
    planes = np.concatenate([mean, spread, np.full_like(mean[..., :1], len(cells))], -1)
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8).transpose(2, 0, 1)


def make_samples(rng: np.random.Generator, cameras: Cameras) -> Pixels:
    """`[1, 15, SIDE, SIDE]`."""
    sheet = Sheet(cameras.window(rng))
    truth = np.zeros((len(CLASSES), SIDE, SIDE), np.uint8)
    if rng.random() < 0.45:
        add_structures(rng, sheet)
    if rng.random() < 0.45:
        add_decoys(rng, sheet)
    noisy = rng.random()
    if noisy < 0.35:
        add_noise(rng, sheet)
    kind = rng.choice(["none", "dirt", "drop", "both"], p=[0.22, 0.4, 0.3, 0.08])
    if kind in ("dirt", "both"):
        paint = rng.choice([damage.paint_spots, damage.paint_cobweb, damage.paint_smear],
                           p=[0.76, 0.13, 0.11])  # fmt: skip
        paint(rng, sheet, truth[0])
    if kind in ("drop", "both"):
        damage.paint_drops(rng, sheet, truth[1])
        truth[0][truth[1] == DAMAGED] = 0
    if 0.35 <= noisy < 0.55:
        add_noise(rng, sheet)
    cells = sheet.cells()
    if rng.random() < 0.2:
        cells = code_h264(cells, int(rng.integers(18, 30)))
    return np.concatenate([statistics(cells), truth])[None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    write_shards(parser, Cameras, make_samples)


if __name__ == "__main__":
    main()
