"""Makes the samples that `lens` learns from: what many moments have in common.

A sample is `[16, SIDE, SIDE]` uint8: the mean over some frames and sixteen times their standard
deviation (six planes each, as src/detectors/lens-statistics.ts makes them), the number of frames,
and the truth of the classes.

What lies on a lens is blended with the scene, and so is linear in it: it is painted on a sheet of
two pictures, the mean plus and minus one deviation, which have the mean and the deviation of all.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

import lens_damage as damage
from detect_damage import DAMAGED, UNJUDGED, Field, Sheet
from detect_data import add_structures, open_raw, write_shards
from lens_decoys import add_decoys
from lens_grounds import add_chart, add_wall, defocus, overexpose, sharpen
from noise import code_mjpeg
from scenes import Pixels, read_clip

CLASSES = ("dirt", "drop", "cobweb")
WIDE = 384
"""Cells across of what the network is given, about: dirt is a share of the picture's width."""
SIDE, WINDOW = 96, 128
"""Cells of a sample, and of the window it is cut from: a drop shows what lies around it."""
ZOOMS = (1.0, 1.0, 1.25, 1.5, 2.0, 2.0)
"""By how much pictures of cameras of all sizes are enlarged, to be about as wide as each other."""
DRAWS = 4
"""Samples made of one window."""
KINDS = {"none": 0.25, "dirt": 0.23, "drop": 0.34, "cobweb": 0.1, "both": 0.08}
COUNTS = {1: 0.04, 4: 0.1, 8: 0.24, 12: 0.1, 16: 0.36, 32: 0.16}


@dataclass
class Window:
    """What some frames of a camera have in common in one place."""

    mean: Field
    spread: Field
    """Both `[WINDOW, WINDOW, 6]` in grey levels; the second is the deviation."""
    count: int
    """Frames."""
    zoom: float
    """By how much it is to be enlarged."""


class Cameras:
    """Windows of real and drawn cameras over some frames; and those of `RAW/hard.npy`, in which a
    network found what was not there (lens_hard.py)."""

    def __init__(self, raw: Path, skip: set[str], held_out: bool) -> None:
        self.maker, paths = open_raw(raw, skip, held_out)
        # Many a camera has few samples: wide clips are there in half their size, too.
        self.clips = [read_clip(path, max_width=640) for path in paths]
        wide = [path for path, clip in zip(paths, self.clips, strict=True) if clip.shape[2] > 240]
        self.clips += [read_clip(path, max_width=352) for path in wide]
        hard = raw / "hard.npy"
        self.hard = np.load(hard) if hard.exists() and not held_out else np.zeros((0, 13, 1, 1))

    def window(self, rng: np.random.Generator) -> Window:
        zoom = float(rng.choice(ZOOMS))
        if len(self.hard) and rng.random() < 0.2:
            planes = self.hard[rng.integers(len(self.hard))].astype(np.float32).transpose(1, 2, 0)
            return Window(planes[..., :6], planes[..., 6:12] / 16, int(planes[0, 0, 12]), zoom)
        count = int(rng.choice(list(COUNTS), p=list(COUNTS.values())))
        if rng.random() < 0.5 or not self.clips:
            some = max(2, min(count, 12))
            mean, spread = describe(cut(rng, self.maker.make(rng, some + 8)[:some]))
            mean, spread = degrade(rng, mean, spread)
        else:
            scene = self.clips[rng.integers(len(self.clips))]
            zoom = WIDE / scene.shape[2]
            stride = int(rng.integers(1, max(2, min(8, len(scene) // count + 1))))
            start = int(rng.integers(max(1, len(scene) - stride * count + 1)))
            mean, spread = describe(cut(rng, scene[start : start + stride * count : stride]))
            if rng.random() < 0.2:
                mean, spread = degrade(rng, mean, spread)
        if rng.random() < 0.5:
            gain, lift = rng.uniform(0.4, 1.2), rng.uniform(-12, 30)
            mean[..., :4] = np.clip((mean[..., :4] - 16) * gain + 16 + lift, 0, 255)
            mean[..., 4:] = (mean[..., 4:] - 128) * rng.choice([0, 0.5, 1]) + 128
            spread *= gain
        if rng.random() < 0.3:
            overexpose(rng, mean, spread)
        return Window(mean, spread if count > 1 else np.zeros_like(spread), count, zoom)


def cut(rng: np.random.Generator, scene: Pixels) -> Pixels:
    top = int(rng.integers(max(1, scene.shape[1] - WINDOW + 1)))
    left = int(rng.integers(max(1, scene.shape[2] - WINDOW + 1)))
    window = scene[:, top : top + WINDOW, left : left + WINDOW]
    pad = (WINDOW - window.shape[1], WINDOW - window.shape[2])
    return np.pad(window, ((0, 0), (0, pad[0]), (0, pad[1]), (0, 0)), mode="reflect")


def describe(frames: Pixels) -> tuple[Field, Field]:
    values = frames.astype(np.float32)
    return values.mean(0), values.std(0)


def blotches(rng: np.random.Generator, grain: int) -> Field:
    """A random field `[WINDOW, WINDOW, 1]`, 0 to about 3, in blotches of some cells."""
    side = WINDOW // grain + 1
    rough = np.abs(rng.standard_normal((side, side))).astype(np.float32)
    mode = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize(rough, (WINDOW, WINDOW), interpolation=mode)[..., None]


def degrade(rng: np.random.Generator, mean: Field, spread: Field) -> tuple[Field, Field]:
    """A photograph as a camera's stream would have it: coded, its still parts stirring a little,
    most where there is detail."""
    if rng.random() < 0.6:
        coded = code_mjpeg(
            np.clip(np.rint(mean), 0, 255).astype(np.uint8), int(rng.integers(25, 90))
        )
        mean = coded.astype(np.float32)
    if rng.random() < 0.7:
        detail = mean - cv2.blur(mean, (5, 5))
        stir = float(np.exp(rng.uniform(np.log(0.05), np.log(2.0)))) * blotches(
            rng, int(rng.integers(4, 9))
        )
        spread = np.hypot(spread, stir * (1 + 0.2 * np.abs(detail)))
    return mean, spread


def pair(mean: Field, spread: Field) -> Sheet:
    """The sheet of two pictures that stands for many."""
    return Sheet(np.stack([mean + spread, mean - spread]))


def add_lines(rng: np.random.Generator, sheet: Sheet, count: int) -> None:
    """Streaks and scratches of single frames, as they are left in the mean and the deviation."""
    _, height, width = sheet.luma.shape
    middle = sheet.luma.mean(0)
    shift, variance = np.zeros_like(middle), ((sheet.luma[0] - sheet.luma[1]) / 2) ** 2
    for _ in range(rng.integers(1, 9)):
        if rng.random() < 0.5:
            top, tall = int(rng.integers(height)), int(rng.integers(1, 5))
            area = np.s_[top : top + tall, int(rng.integers(-width, width - 8)) % width :]
            share = 1 / count
        else:
            left, wide = int(rng.integers(width)), int(rng.integers(1, 9))
            area, share = np.s_[:, left : left + wide], min(1.0, 2 / wide)
        off = rng.uniform(0, 255) - middle[area]
        shift[area] += share * off
        variance[area] += share * (1 - share) * off**2
    spread = np.sqrt(variance)
    sheet.luma = np.stack([middle + shift + spread, middle + shift - spread])


def add_noise(
    rng: np.random.Generator, mean: Field, spread: Field, count: int
) -> tuple[Field, Field]:
    """What noise that is new in each frame does to both: it lies over dirt and scene alike."""
    most = min(25.0, 4.5 * np.sqrt(count))
    sigma = float(np.exp(rng.uniform(np.log(0.4), np.log(most))))
    level = np.full(6, sigma, np.float32)
    level[4:] *= rng.uniform(0.3, 1)
    if rng.random() < 0.3:
        level = level * np.sqrt(np.clip(mean, 8, 255) / 110)
    wobble = rng.standard_normal(mean.shape, np.float32)
    if rng.random() < 0.3:
        wobble = cv2.blur(wobble, (3, 3)) * 2
    mean = mean + wobble * level / np.sqrt(count)
    if count == 1:
        return mean, spread
    chance = 1 + rng.standard_normal(mean.shape, np.float32) * np.sqrt(2 / (count - 1))
    return mean, np.sqrt(spread**2 + level**2 * np.maximum(0, chance) * (1 - 1 / count))


def code_again(rng: np.random.Generator, mean: Field, spread: Field) -> tuple[Field, Field]:
    """The camera's codec comes after its lens: dirt is coded too, and stirs a little."""
    coded = code_mjpeg(np.clip(np.rint(mean), 0, 255).astype(np.uint8), int(rng.integers(30, 92)))
    stir = rng.uniform(0, 0.7) * blotches(rng, int(rng.integers(4, 9)))
    stir = stir[: len(mean), : len(mean)]
    return coded.astype(np.float32), np.hypot(spread, stir if spread.any() else 0)


def planes_of(mean: Field, spread: Field, count: int) -> Pixels:
    """`[13, h, w]`: mean, 16 standard deviations, and the number of frames."""
    planes = np.concatenate([mean, spread * 16, np.full_like(mean[..., :1], count)], -1)
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8).transpose(2, 0, 1)


def enlarge(sample: Pixels) -> Pixels:
    """Planes and truth to `[16, WINDOW, WINDOW]`, as src/detectors/lens-network.ts does it."""
    few = sample.shape[1]
    if few == WINDOW:
        return sample

    def grow(plane: Pixels, side: int) -> Pixels:
        return cv2.resize(plane, (side, side), interpolation=cv2.INTER_LINEAR)

    parts = []
    for first in (0, 6):
        luma = sample[first : first + 4].reshape(2, 2, few, few).transpose(2, 0, 3, 1)
        luma = grow(luma.reshape(2 * few, 2 * few), 2 * WINDOW)
        cells = luma.reshape(WINDOW, 2, WINDOW, 2).transpose(1, 3, 0, 2)
        parts += [*cells.reshape(4, WINDOW, WINDOW)]
        parts += [grow(plane, WINDOW) for plane in sample[first + 4 : first + 6]]
    parts.append(np.full_like(parts[0], sample[12, 0, 0]))
    for truth in sample[13:]:
        whole = grow((truth == DAMAGED).astype(np.float32), WINDOW) > 0.5
        known = grow((truth == UNJUDGED).astype(np.float32), WINDOW) < 0.5
        parts.append(np.where(whole, DAMAGED, np.where(known, 0, UNJUDGED)).astype(np.uint8))
    return np.stack(parts)


def statistics(cells: Pixels) -> Pixels:
    """The planes of frames that are all at hand."""
    return planes_of(*describe(cells), len(cells))


def dress(rng: np.random.Generator, mean: Field, spread: Field, cameras: Cameras) -> Sheet:
    """The window with what stands about in scenes; nothing lies on the lens yet."""
    sheet = pair(mean, spread)
    ground = rng.random()
    if ground < 0.08:
        add_wall(rng, sheet)
    elif ground < 0.12:
        add_chart(rng, sheet)
    if rng.random() < 0.15:
        add_structures(rng, sheet)
    if rng.random() < 0.5:
        add_decoys(rng, sheet, cameras.maker)
    look = rng.random()
    if look < 0.08:
        defocus(rng, sheet)
    elif look < 0.33:
        sharpen(rng, sheet)
    return sheet


def undress(sheet: Sheet) -> tuple[Field, Field]:
    """The mean and the deviation that a sheet stands for."""
    one, other = (picture.astype(np.float32) for picture in sheet.packed())
    return np.clip((one + other) / 2, 0, 255), np.abs(one - other) / 2


def draw(rng: np.random.Generator, window: Window, cameras: Cameras) -> Pixels:
    """One sample `[16, SIDE, SIDE]`."""
    count, zoom = window.count, window.zoom
    few = int(np.ceil(WINDOW / zoom))
    top, left = rng.integers(WINDOW - few + 1, size=2)
    part = np.s_[top : top + few, left : left + few]
    sheet = dress(rng, window.mean[part], window.spread[part], cameras)
    truth = np.zeros((len(CLASSES), few, few), np.uint8)
    kind = rng.choice(list(KINDS), p=list(KINDS.values()))
    if kind in ("drop", "both"):
        damage.paint_drops(rng, sheet, truth[1], zoom)
    if kind in ("dirt", "both"):
        paint = damage.paint_smear if rng.random() < 0.07 else damage.paint_spots
        paint(rng, sheet, truth[0], zoom)
    if kind == "cobweb" or (kind == "both" and rng.random() < 0.2):
        bare = sheet.luma.mean(0)
        damage.paint_cobweb(rng, sheet, truth[2], zoom)
        if count > 1 and rng.random() < 0.2:
            # Threads stir in the wind, most where they are thin.
            web = np.abs(cv2.Laplacian(sheet.luma.mean(0) - bare, cv2.CV_32F))
            sheet.luma += np.float32([1, -1])[:, None, None] * rng.uniform(0.2, 1.5) * web
    # What lies on top of something else is what is seen.
    for upper, lower in ((0, 1), (2, 0), (2, 1)):
        truth[lower][truth[upper] == DAMAGED] = 0
    if count > 1 and rng.random() < 0.1:
        add_lines(rng, sheet, count)
    mean, spread = undress(sheet)
    if rng.random() < 0.2:
        mean, spread = code_again(rng, mean, spread)
    if rng.random() < 0.3:
        mean, spread = add_noise(rng, mean, spread, count)
    sample = enlarge(np.concatenate([planes_of(mean, spread, count), truth]))
    top, left = rng.integers(WINDOW - SIDE + 1, size=2)
    return sample[:, top : top + SIDE, left : left + SIDE]


def make_samples(rng: np.random.Generator, cameras: Cameras) -> Pixels:
    """`[DRAWS, 16, SIDE, SIDE]`."""
    window = cameras.window(rng)
    return np.stack([draw(rng, window, cameras) for _ in range(DRAWS)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    write_shards(parser, Cameras, make_samples)


if __name__ == "__main__":
    main()
