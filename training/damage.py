"""Seeded damage for training: noise that the eye sees as noise, and masks of what is hidden."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from scenes import Pixels, pack, unpack

Bits = NDArray[np.bool_]


def add_noise(rng: np.random.Generator, clean: Pixels) -> tuple[Pixels, float]:
    """A noisy copy of `[t, h, w, 6]`, and the sigma that a meter with its own errors would tell."""
    kind = rng.choice(["none", "white", "sensor", "coded"], p=[0.12, 0.5, 0.12, 0.26])
    if kind == "none":
        return clean, 0.0
    if kind == "white":
        sigma = float(rng.uniform(1.5, 50) if rng.random() < 0.35 else rng.uniform(1.5, 20))
        noise = rng.standard_normal(clean.shape, np.float32) * sigma
        # Noise that was white in RGB is half as strong in subsampled chroma.
        noise[..., 4:] *= rng.choice([0.5, 1.0, rng.uniform(0.2, 1.0)], p=[0.5, 0.2, 0.3])
        noisy = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
        return noisy, sigma * float(rng.uniform(0.85, 1.2))
    noisy = sensor_noise(rng, clean)
    if kind == "coded":
        noisy = code_h264(noisy, int(rng.integers(22, 33)))
    rest = (noisy.astype(np.float32) - clean)[..., :4]
    true = float(np.sqrt(np.mean(rest * rest)))
    low = 0.45 if kind == "coded" else 0.8
    return noisy, max(1.5, true * float(rng.uniform(low, 1.2)))


def sensor_noise(rng: np.random.Generator, clean: Pixels) -> Pixels:
    """Poisson-Gaussian noise, slightly blurred as by demosaicing; weaker in chroma."""
    shot, read = rng.uniform(0.1, 2.2), rng.uniform(1, 8)
    blur = rng.uniform(0, 0.6) if rng.random() < 0.7 else 0.0
    out = []
    for cells in clean:
        image = unpack(cells)
        level = image.astype(np.float32)
        height = image.shape[0] * 2 // 3
        deviation = np.sqrt(np.maximum(level, 4) * shot + read * read)
        deviation[height:] = deviation[:height].mean() * 0.5
        noise = rng.standard_normal(image.shape, np.float32) * deviation
        if blur > 0.2:
            soft = cv2.GaussianBlur(noise, (0, 0), blur)
            noise = soft * (noise.std() / max(1e-6, soft.std()))
        out.append(pack(np.clip(np.rint(level + noise), 0, 255).astype(np.uint8)))
    return np.stack(out)


def code_h264(sequence: Pixels, crf: int) -> Pixels:
    """Through libx264 and back."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width = sequence.shape[1] * 2, sequence.shape[2] * 2
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
    encoder.thread_count = 1
    encoder.options = {"crf": str(crf), "preset": "veryfast", "bf": "0"}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    out: list[Pixels] = []

    def drain(packets: list[av.Packet]) -> None:
        for packet in packets:
            out.extend(pack(frame.to_ndarray()) for frame in decoder.decode(packet))

    for moment, cells in enumerate(sequence):
        frame = av.VideoFrame.from_ndarray(unpack(cells), "yuv420p")
        frame.pts = moment
        drain(encoder.encode(frame))
    drain(encoder.encode(None))
    out.extend(pack(frame.to_ndarray()) for frame in decoder.decode(None))
    return np.stack(out)


def draw_masks(rng: np.random.Generator, frames: int, height: int, width: int) -> Bits:
    """`[t, h, w]`: what is hidden, of several kinds at once; fixed kinds are never seen."""
    hidden = np.zeros((frames, height, width), np.uint8)
    if rng.random() < 0.35:
        _moving_holes(rng, hidden)
    if rng.random() < 0.35:
        _streaks(rng, hidden)
    if rng.random() < 0.35:
        _blobs(rng, hidden)
    if rng.random() < 0.25:
        share = rng.uniform(0.0005, 0.008)
        hidden |= (rng.random((height, width)) < share).astype(np.uint8)
    if rng.random() < 0.2:
        _blocks(rng, hidden)
    return hidden.astype(bool)


def _moving_holes(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(0, 1, (rng.integers(2, 6), 2)) * (width, height) * 0.5
        points += rng.uniform(-0.1, 0.6, 2) * (width, height)
        velocity = rng.uniform(-3, 3, 2) * rng.choice([0.2, 1.0])
        thick = int(rng.integers(4, max(5, height // 5)))
        for moment in range(frames):
            line = np.rint(points + velocity * moment).astype(np.int32)
            cv2.polylines(hidden[moment], [line], False, 1, thick)


def _streaks(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    rate = rng.uniform(0.5, 4)
    scratches = [
        (rng.uniform(0, width), rng.normal(0, 0.6), int(rng.integers(1, 3)))
        for _ in range(rng.integers(0, 4))
    ]
    for moment in range(frames):
        for _ in range(rng.poisson(rate)):
            row, left = int(rng.integers(height)), int(rng.integers(-width // 2, width))
            tall, long = int(rng.integers(1, 5)), int(rng.integers(width // 4, width))
            hidden[moment, row : row + tall, max(0, left) : left + long] = 1
        for start, drift, thick in scratches:
            column = int(start + drift * moment) % width
            hidden[moment, :, column : column + thick] = 1


def _blobs(rng: np.random.Generator, hidden: Pixels) -> None:
    _, height, width = hidden.shape
    fixed = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 6)):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = tuple(int(v) for v in rng.integers(3, 20, 2))
        cv2.ellipse(fixed, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    hidden |= fixed


def _blocks(rng: np.random.Generator, hidden: Pixels) -> None:
    frames, height, width = hidden.shape
    for moment in range(frames):
        if rng.random() < 0.4:
            for _ in range(rng.integers(1, 4)):
                row, column = int(rng.integers(height // 8)) * 8, int(rng.integers(width // 8)) * 8
                long = int(rng.integers(1, 12)) * 8
                hidden[moment, row : row + 8, column : column + long] = 1
