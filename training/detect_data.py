"""Makes the samples that `damage` learns from: a moment with six others, and what is damaged in it.

A sample is `[45, ROWS, COLUMNS]` uint8: seven pictures of six planes (the moment, its two
neighbours, four from further away), then the truth of the classes in CLASSES.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

import detect_damage as damage
from detect_lossy import lossy_copy
from noise import code_h264
from scenes import Pixels, SceneMaker, read_clip, read_photos

CLASSES = ("line", "block", "passing")
ROWS, COLUMNS = 96, 80
FRAMES, MOMENTS = 33, 4
NEAR = (-1, 1, -2, 2)
FAR = (-8, 8, -16, 16, -4, 4, -12, 12, -24, -2, 2, -3, 3, -1, 1)
"""Distances at which the references are looked for, best first; as in src/detectors."""


def references(rng: np.random.Generator, moment: int, count: int, ahead: int) -> list[int]:
    """Two near and four far frames. `ahead` = how many frames after the moment may be looked at."""
    last = min(count - 1, moment + ahead)
    near = [moment + d for d in NEAR if 0 <= moment + d <= last][:2]
    stretch = rng.uniform(0.7, 1.3)
    far: list[int] = []
    for distance in FAR:
        at = moment + (round(distance * stretch) if abs(distance) > 2 else distance)
        if 0 <= at <= last and at != moment and at not in far:
            far.append(at)
    near = (near + near)[:2]
    return near + (far + near + near)[:4]


def open_raw(raw: Path, skip: set[str], held_out: bool) -> tuple[SceneMaker, list[Path]]:
    """The drawer of scenes and the paths of the clips; of the held-out ones, if so wished."""
    files = sorted((raw / "shapes").glob("object_*"))
    masks = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in files]
    clips = sorted((raw / ("held-out-clips" if held_out else "clips")).glob("*.mp4"))
    maker = SceneMaker(read_photos(raw / "photos", held_out), [m for m in masks if m is not None])
    return maker, [path for path in clips if path.stem[:3] not in skip]


class Cameras:
    """Clean windows of real and drawn cameras, and windows of streams that lost packets."""

    def __init__(self, raw: Path, skip: set[str], held_out: bool) -> None:
        self.maker, paths = open_raw(raw, skip, held_out)
        self.clips = [read_clip(path) for path in paths]
        self.lossy = [lossy_copy(np.random.default_rng([7, i]), c, i) for i, c in enumerate(paths)]

    def window(self, rng: np.random.Generator) -> Pixels:
        if rng.random() < 0.5 or not self.clips:
            scene = self.maker.make(rng, FRAMES)
        else:
            scene = self.clips[rng.integers(len(self.clips))]
        return crop(rng, scene)[0]

    def broken(self, rng: np.random.Generator) -> tuple[Pixels, Pixels]:
        """A window of a concealed stream, and where it differs from the unharmed one."""
        whole, concealed = self.lossy[rng.integers(len(self.lossy))]
        for _ in range(6):
            seen, meant = crop(rng, concealed, whole)
            wrong = (np.abs(seen.astype(np.int16) - meant) > 8).any(-1)
            if wrong.any():
                break
        return seen, wrong.astype(np.uint8) * 255


def crop(rng: np.random.Generator, *scenes: Pixels) -> list[Pixels]:
    """The same window of each; aligned to the macroblocks, at a pace of one to three frames."""
    frames, rows, columns = scenes[0].shape[:3]
    stride = int(rng.integers(1, max(2, min(3, frames // FRAMES) + 1)))
    start = int(rng.integers(max(1, frames - FRAMES * stride + 1)))
    top = int(rng.integers(max(1, (rows - ROWS) // 8 + 1))) * 8
    left = int(rng.integers(max(1, (columns - COLUMNS) // 8 + 1))) * 8
    out = []
    for scene in scenes:
        window = scene[start : start + FRAMES * stride : stride]
        window = window[:, top : top + ROWS, left : left + COLUMNS]
        pad = (ROWS - window.shape[1], COLUMNS - window.shape[2])
        if max(pad):
            window = np.pad(window, ((0, 0), (0, pad[0]), (0, pad[1]), (0, 0)), mode="edge")
        out.append(np.ascontiguousarray(window))
    return out


def add_structures(rng: np.random.Generator, sheet: damage.Sheet) -> None:
    """What looks like damage and is none: poles, wires, barrier tape, lamps, clocks, rods that are
    carried by. Some sway in the wind."""
    count, height, width = sheet.luma.shape
    for _ in range(rng.integers(1, 5)):
        kind = rng.choice(["pole", "bar", "wire", "tape", "rod", "lamp", "clock"])
        value = float(rng.uniform(0, 255))
        x, y = int(rng.integers(width)), int(rng.integers(height))
        thick = int(rng.integers(1, 6))
        speed = rng.uniform(-4, 4, 2) if kind == "rod" else np.zeros(2)
        pace, reach = rng.uniform(0.1, 2.5), rng.choice([0, 0.3, 1, 3]) * rng.standard_normal(2)
        sway = np.sin(np.arange(count) * pace + rng.uniform(0, 6))[:, None] * reach
        sway += rng.choice([0, 0.3]) * rng.standard_normal((count, 2))
        length = int(rng.uniform(0.1, 1.2) * height)
        sag, slope = rng.uniform(-8, 8), rng.choice([0, 0.05, 0.3]) * rng.uniform(-1, 1)
        dash = int(rng.integers(2, 12)) if kind == "tape" else 0
        blinks = rng.random(count) < rng.choice([0.0, 0.3])
        soft = rng.choice([0, 0.7, 1.2])
        for moment in range(count):
            cover = np.zeros((height, width), np.float32)
            shift = sway[moment] + speed * moment
            if kind in ("pole", "rod"):
                cv2.line(cover, (x, y), (x + thick // 3, y + length), 1.0, thick)
            elif kind in ("bar", "wire", "tape"):
                t = np.linspace(0, 1, 40)
                line = np.stack([x + length * t, y + slope * length * t + sag * t * (1 - t)], 1)
                cv2.polylines(cover, [np.rint(line).astype(np.int32)], False, 1.0, thick)
                if dash:
                    cover *= 1 - 0.7 * (np.arange(width) // dash % 2)
            elif kind == "lamp" and not blinks[moment]:
                cv2.circle(cover, (x, y), thick, 1.0, -1)
            elif kind == "clock":
                text = f"{x % 24:02d}:{y % 60:02d}:{moment // 8:02d}"
                cv2.putText(cover, text, (x, y), 0, 0.4 + thick / 6, 1.0, 1)
            if shift.any() and kind != "clock":
                matrix = np.float32([[1, 0, shift[0]], [0, 1, shift[1]]])
                cover = cv2.warpAffine(cover, matrix, (width, height))
            if soft:
                cover = cv2.GaussianBlur(cover, (0, 0), soft)
            sheet.luma[moment] += (value - sheet.luma[moment]) * cover


def shake(rng: np.random.Generator, sheet: damage.Sheet) -> None:
    """A mast that sways, a mount that trembles, a camera that slips: by parts of a sample."""
    count, height, width = sheet.luma.shape
    size = rng.choice([0.15, 0.4, 1.0])
    path = size * rng.choice([0.0, 1.0]) * rng.standard_normal((count, 2))
    path += size * np.sin(np.arange(count)[:, None] * rng.uniform(0.05, 1) + rng.uniform(0, 6, 2))
    path += np.arange(count)[:, None] * rng.choice([0, 0.03]) * rng.standard_normal(2)
    for moment, (x, y) in enumerate(path):
        matrix = np.float32([[1, 0, x], [0, 1, y]])
        sheet.luma[moment] = cv2.warpAffine(
            sheet.luma[moment], matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
        )


def add_noise(rng: np.random.Generator, sheet: damage.Sheet) -> None:
    sigma = float(rng.choice([0.7, 2, 5, 12, 20]) * rng.uniform(0.5, 1.2))
    sheet.luma += rng.standard_normal(sheet.luma.shape, np.float32) * sigma
    sheet.chroma += rng.standard_normal(sheet.chroma.shape, np.float32) * (sigma / 2)


def make_window(rng: np.random.Generator, cameras: Cameras) -> tuple[Pixels, Pixels]:
    """`[FRAMES, h, w, 6]` and the truth `[len(CLASSES), FRAMES, h, w]`."""
    kind = rng.choice(
        ["line", "block", "lossy", "passing", "none"], p=[0.45, 0.07, 0.12, 0.08, 0.28]
    )
    if kind == "lossy":
        cells, wrong = cameras.broken(rng)
        truth = np.zeros((3, *wrong.shape), np.uint8)
        truth[1] = wrong
        return cells, truth
    sheet = damage.Sheet(cameras.window(rng))
    truth = np.zeros((3, *sheet.chroma.shape[:3]), np.uint8)
    if rng.random() < 0.5:
        add_structures(rng, sheet)
    if rng.random() < 0.3:
        shake(rng, sheet)
    if rng.random() < 0.2:
        # A lamp is switched, an exposure corrected.
        sheet.luma[int(rng.integers(FRAMES)) :] *= rng.uniform(0.7, 1.3)
    noisy = rng.random()
    if noisy < 0.3:
        add_noise(rng, sheet)
    if rng.random() < 0.15:
        damage.paint_dirt(rng, sheet)
    if kind == "line":
        which = rng.random()
        if which < 0.75:
            damage.paint_scratches(rng, sheet, truth[0])
        if which > 0.4:
            damage.paint_streaks(rng, sheet, truth[0])
    elif kind == "block":
        damage.paint_blocks(rng, sheet, truth[1])
    elif kind == "passing":
        damage.paint_insects(rng, sheet, truth[2])
    if 0.3 <= noisy < 0.45:
        add_noise(rng, sheet)
    cells = sheet.cells()
    if kind != "block" and rng.random() < 0.12:
        cells = code_h264(cells, int(rng.integers(18, 30)))
    return cells, truth


def make_samples(rng: np.random.Generator, cameras: Cameras) -> Pixels:
    """`[MOMENTS, 45, ROWS, COLUMNS]`, moments of one window, of its damage if it has any."""
    cells, truth = make_window(rng, cameras)
    damaged = np.flatnonzero((truth == damage.DAMAGED).any((0, 2, 3)))
    out = []
    for _ in range(MOMENTS):
        if len(damaged) and rng.random() < 0.85:
            moment = int(rng.choice(damaged))
        else:
            moment = int(rng.integers(len(cells)))
        ahead = int(rng.choice([16, 16, 16, 0, 1]))
        if moment == 0:
            ahead = 16
        chosen = [moment, *references(rng, moment, len(cells), ahead)]
        pictures = cells[chosen].transpose(0, 3, 1, 2).reshape(-1, ROWS, COLUMNS)
        out.append(np.concatenate([pictures, truth[:, moment]]))
    return np.stack(out)


def write_shards(
    parser: argparse.ArgumentParser,
    open_cameras: Callable[[Path, set[str], bool], object],
    make: Callable[[np.random.Generator, object], Pixels],
) -> None:
    """The command line of both makers of samples; a shard that is there is not made again."""
    parser.add_argument("--raw", type=Path, required=True, help="photos, clips, shapes")
    parser.add_argument("--skip", default="", help="clip prefixes left out, e.g. e06,e11")
    parser.add_argument("--validation", action="store_true", help="photographs and clips held out")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", type=int, default=100)
    parser.add_argument("--windows", type=int, default=40, help="windows a shard")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    skip = set(filter(None, options.skip.split(",")))
    cameras = open_cameras(options.raw, skip, options.validation)
    for index in range(options.shards):
        path = options.out / f"shard-{options.seed:03d}-{index:05d}.npy"
        if path.exists():
            continue
        began = time.monotonic()
        rng = np.random.default_rng([options.seed, index])
        shard = np.concatenate([make(rng, cameras) for _ in range(options.windows)])
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.save(file, shard)
        os.replace(temporary, path)
        print(f"{path.name} {shard.shape} {time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    write_shards(argparse.ArgumentParser(description=__doc__), Cameras, make_samples)


if __name__ == "__main__":
    main()
