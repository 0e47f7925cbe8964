"""Clean fixed-camera sequences: synthetic ones from photographs, and windows of real clips.

A sequence is `[frames, h, w, 6]` uint8, cell-packed yuv420p (four luma, U, V), BT.601 limited.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def pack(i420: Pixels) -> Pixels:
    """`[H*3/2, W]` I420 to `[H/2, W/2, 6]`."""
    height, width = i420.shape[0] * 2 // 3, i420.shape[1]
    luma = i420[:height]
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    planes = [luma[0::2, 0::2], luma[0::2, 1::2], luma[1::2, 0::2], luma[1::2, 1::2], *chroma]
    return np.stack(planes, -1)


def unpack(cells: Pixels) -> Pixels:
    """`[H/2, W/2, 6]` to `[H*3/2, W]` I420."""
    rows, columns = cells.shape[:2]
    luma = np.empty((rows * 2, columns * 2), np.uint8)
    luma[0::2, 0::2], luma[0::2, 1::2] = cells[..., 0], cells[..., 1]
    luma[1::2, 0::2], luma[1::2, 1::2] = cells[..., 2], cells[..., 3]
    chroma = np.concatenate([cells[..., 4].ravel(), cells[..., 5].ravel()])
    return np.concatenate([luma, chroma.reshape(rows, columns * 2)])


def read_photos(folder: Path, validation: bool) -> list[Pixels]:
    """RGB photographs; one in ten photographs (with all its tiles) is kept for validation."""
    by_name: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.jpg")):
        stem = path.stem
        base = stem[:-3] if stem[-3:-1] == "_t" else stem
        by_name.setdefault(base, []).append(path)
    chosen = [
        path
        for index, base in enumerate(sorted(by_name))
        if (index % 10 == 0) == validation
        for path in by_name[base]
    ]
    images = [cv2.imread(str(path)) for path in chosen]
    return [cv2.cvtColor(image, cv2.COLOR_BGR2RGB) for image in images if image is not None]


def read_clip(path: Path, frames: int = 300, max_width: int = 768) -> Pixels:
    """The first frames of a real clip, cell-packed."""
    packed = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            width = min(max_width, frame.width) // 4 * 4
            height = frame.height * width // frame.width // 4 * 4
            packed.append(pack(frame.reformat(width, height, "yuv420p").to_ndarray()))
            if len(packed) == frames:
                break
    return np.stack(packed)


@dataclass
class Mover:
    """A cut-out that crosses, stops or parks."""

    texture: Pixels
    alpha: NDArray[np.float32]
    start: NDArray[np.float64]
    velocity: NDArray[np.float64]
    stop_at: int
    shadow: float

    def draw(self, canvas: NDArray[np.float32], moment: int) -> None:
        position = self.start + self.velocity * min(moment, self.stop_at)
        height, width = self.alpha.shape
        matrix = np.array([[1, 0, position[0]], [0, 1, position[1]]], np.float64)
        size = (canvas.shape[1], canvas.shape[0])
        alpha = cv2.warpAffine(self.alpha, matrix, size)[..., None]
        if self.shadow > 0:
            matrix[:, 2] += (width * 0.2, height * 0.25)
            cast = cv2.warpAffine(self.alpha, matrix, size)[..., None]
            canvas *= 1 - self.shadow * cast
        colour = cv2.warpAffine(self.texture, matrix, size) if self.shadow <= 0 else None
        if colour is None:
            matrix[:, 2] = position
            colour = cv2.warpAffine(self.texture, matrix, size)
        canvas += alpha * (colour.astype(np.float32) - canvas)


class SceneMaker:
    """Draws synthetic sequences from photographs; everything follows from the generator given."""

    def __init__(self, photos: list[Pixels], shapes: list[Pixels], size: int = 256) -> None:
        self.photos, self.shapes, self.size = photos, shapes, size

    def make(self, rng: np.random.Generator, frames: int) -> Pixels:
        size, margin = self.size, 24
        plate = self._crop(rng, size + 2 * margin)
        movers = [self._mover(rng, frames) for _ in range(rng.choice([0, 1, 2, 3, 5]))]
        path = self._camera(rng, frames, margin)
        gain = self._light(rng, frames)
        cut = rng.integers(4, frames - 4) if rng.random() < 0.05 else frames
        other = self._crop(rng, size + 2 * margin) if cut < frames else plate
        wind = self._wind(rng, size + 2 * margin) if rng.random() < 0.25 else None
        sequence = []
        for moment in range(frames):
            ground = plate if moment < cut else other
            if wind is not None:
                ground = wind(ground, moment)
            matrix = np.array(
                [[1, 0, -margin - path[moment, 0]], [0, 1, -margin - path[moment, 1]]]
            )
            canvas = cv2.warpAffine(ground, matrix, (size, size)).astype(np.float32)
            for mover in movers:
                mover.draw(canvas, moment)
            lit = np.clip(canvas * gain[moment] + 0.5, 0, 255).astype(np.uint8)
            sequence.append(pack(cv2.cvtColor(lit, cv2.COLOR_RGB2YUV_I420)))
        return np.stack(sequence)

    def _crop(self, rng: np.random.Generator, size: int) -> Pixels:
        photo = self.photos[rng.integers(len(self.photos))]
        shortest = min(photo.shape[:2])
        scale = size / shortest * rng.uniform(1.0, max(1.01, min(2.0, shortest / size * 1.3)))
        mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=mode)
        top = rng.integers(photo.shape[0] - size + 1)
        left = rng.integers(photo.shape[1] - size + 1)
        crop = photo[top : top + size, left : left + size]
        if rng.random() < 0.5:
            crop = crop[:, ::-1]
        contrast, lift = rng.uniform(0.55, 1.1), rng.uniform(-10, 40)
        crop = np.clip(crop.astype(np.float32) * contrast + lift, 0, 255)
        if rng.random() < 0.4:
            crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.4, 1.2))
        return np.ascontiguousarray(crop).astype(np.uint8)

    def _mover(self, rng: np.random.Generator, frames: int) -> Mover:
        height, width = (int(v) for v in rng.integers(14, 110, 2))
        photo = self.photos[rng.integers(len(self.photos))]
        top = rng.integers(max(1, photo.shape[0] - height))
        left = rng.integers(max(1, photo.shape[1] - width))
        texture = photo[top : top + height, left : left + width]
        height, width = texture.shape[:2]
        if rng.random() < 0.4:
            flat = texture.reshape(-1, 3).mean(0)
            texture = (texture * 0.35 + flat * 0.65).astype(np.uint8)
        if self.shapes and rng.random() < 0.5:
            shape = cv2.resize(self.shapes[rng.integers(len(self.shapes))], (width, height))
            alpha = (shape > 127).astype(np.float32)
        else:
            alpha = np.zeros((height, width), np.float32)
            axes = (max(2, width // 2 - 1), max(2, height // 2 - 1))
            cv2.ellipse(alpha, (width // 2, height // 2), axes, 0, 0, 360, 1.0, -1)
        alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 1.2))
        speed = rng.choice([0.3, 1, 3, 6, 12]) * rng.uniform(0.5, 1.3)
        angle = rng.uniform(0, 2 * np.pi)
        velocity = speed * np.array([np.cos(angle), 0.5 * np.sin(angle)])
        middle = rng.uniform(0.1, 0.9, 2) * self.size
        start = middle - velocity * rng.uniform(0, frames)
        stop_at = int(rng.integers(frames)) if rng.random() < 0.2 else frames
        shadow = rng.uniform(0.1, 0.4) if rng.random() < 0.4 else 0.0
        return Mover(np.ascontiguousarray(texture), alpha, start, velocity, stop_at, shadow)

    @staticmethod
    def _camera(rng: np.random.Generator, frames: int, margin: int) -> NDArray[np.float64]:
        kind = rng.choice(["still", "jitter", "sway", "pan"], p=[0.68, 0.14, 0.1, 0.08])
        path = np.zeros((frames, 2))
        if kind == "jitter":
            path = rng.normal(0, rng.uniform(0.1, 0.6), (frames, 2))
        elif kind == "sway":
            phase = np.arange(frames)[:, None] * rng.uniform(0.1, 0.6) + rng.uniform(0, 6, 2)
            path = np.sin(phase) * rng.uniform(0.2, 1.5)
        elif kind == "pan":
            path = np.arange(frames)[:, None] * rng.uniform(-0.8, 0.8, 2)
        return np.clip(path, -margin + 2, margin - 2)

    @staticmethod
    def _light(rng: np.random.Generator, frames: int) -> NDArray[np.float64]:
        gain = np.ones(frames)
        if rng.random() < 0.4:
            gain += rng.normal(0, rng.uniform(0.002, 0.02), frames)
        if rng.random() < 0.2:
            gain *= np.linspace(1, rng.uniform(0.8, 1.2), frames)
        if rng.random() < 0.08:
            gain[rng.integers(frames) :] *= rng.uniform(0.6, 1.4)
        return gain

    @staticmethod
    def _wind(rng: np.random.Generator, size: int):
        reach = cv2.resize(rng.random((4, 4)).astype(np.float32), (size, size))
        reach = np.clip(reach * 3 - 1.5, 0, 1) * rng.uniform(0.4, 2.0)
        columns, rows = np.meshgrid(np.arange(size), np.arange(size))
        columns, rows = columns.astype(np.float32), rows.astype(np.float32)
        pace, phase = rng.uniform(0.3, 1.5), rng.uniform(0, 6)

        def blow(image: Pixels, moment: int) -> Pixels:
            swing = np.sin(pace * moment + phase + columns / 15).astype(np.float32) * reach
            return cv2.remap(image, columns + swing, rows + 0.4 * swing, cv2.INTER_LINEAR)

        return blow
