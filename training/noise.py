"""Seeded noise for training: white, of a sensor, and through the codecs that cameras use.

Cells are packed `[t, h, w, 6]` uint8, as in scenes.py.
"""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from scenes import Pixels, pack, unpack

Level = NDArray[np.float32]
KINDS = {"none": 0.08, "white": 0.36, "sensor": 0.14, "h264": 0.29, "hevc": 0.06, "mjpeg": 0.07}


def darken(rng: np.random.Generator, clean: Pixels) -> Pixels:
    """Low light: the same scene with a part of its contrast, near black."""
    share, lift = rng.uniform(0.15, 0.6), rng.uniform(8, 26)
    out = clean.astype(np.float32)
    out[..., :4] = (out[..., :4] - 16) * share + lift
    out[..., 4:] = (out[..., 4:] - 128) * min(1.0, 1.5 * share) + 128
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def add_noise(rng: np.random.Generator, clean: Pixels) -> tuple[Pixels, Level]:
    """A noisy copy, and the noise map `[h, w]` in grey levels that a meter with its own errors
    would tell."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    if kind == "none":
        return clean, np.zeros(clean.shape[1:3], np.float32)
    if kind == "white":
        sigma = float(rng.uniform(1.5, 50) if rng.random() < 0.3 else rng.uniform(1.5, 20))
        noise = rng.standard_normal(clean.shape, np.float32) * sigma
        # Noise that was white in RGB is half as strong in subsampled chroma.
        noise[..., 4:] *= rng.choice([0.5, 1.0, rng.uniform(0.2, 1.0)], p=[0.6, 0.15, 0.25])
        noisy = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
        return noisy, told(rng, sigma, clean.shape[1:3], 0.1)
    noisy = sensor_noise(rng, clean)
    if kind != "sensor":
        noisy = code(rng, noisy, kind)
    rest = (noisy.astype(np.float32) - clean)[..., :4]
    true = float(np.sqrt(np.mean(rest * rest)))
    # What a codec has smoothed is measured by its wander, which is a rougher guess.
    sigma = max(1.5, true * float(rng.uniform(0.8, 1.15) if kind == "sensor" else 1))
    return noisy, told(rng, sigma, clean.shape[1:3], 0.12 if kind == "sensor" else 0.35)


def told(rng: np.random.Generator, sigma: float, shape: tuple[int, ...], error: float) -> Level:
    """The estimate: off as a whole, a little by region, and once in a while by far."""
    off = float(np.exp(rng.normal(0, error)))
    if rng.random() < 0.05:
        off = float(np.exp(rng.uniform(-0.9, 0.7)))
    regions = rng.normal(1, 0.06, (3, 3)).astype(np.float32)
    map_ = cv2.resize(regions, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(map_ * sigma * off, 1.5, 63.75).astype(np.float32)


def sensor_noise(rng: np.random.Generator, clean: Pixels) -> Pixels:
    """Poisson-Gaussian noise (variance shot * signal + read; Foi et al. 2008), slightly correlated
    as by demosaicing, weaker in chroma. Its strength in mid grey is drawn first: 1.5 to 18, mostly
    small, as on cameras by day."""
    middle = float(np.exp(rng.uniform(np.log(1.5), np.log(18))))
    shot = rng.uniform(0.1, 1) * middle**2 / 112
    read = max(0.0, middle**2 - 112 * shot)
    tint = rng.uniform(0.25, 0.8)
    side = rng.uniform(0, 0.35)
    kernel = np.array([side, 1, side], np.float32)
    kernel /= np.sqrt((kernel**2).sum())
    out = []
    for cells in clean:
        image = unpack(cells)
        level = image.astype(np.float32)
        height = image.shape[0] * 2 // 3
        deviation = np.sqrt(np.maximum(level - 16, 0) * shot + read)
        deviation[height:] = middle * tint
        noise = rng.standard_normal(image.shape, np.float32)
        noise = cv2.sepFilter2D(noise, -1, kernel, kernel) * deviation
        out.append(pack(np.clip(np.rint(level + noise), 0, 255).astype(np.uint8)))
    return np.stack(out)


def code(rng: np.random.Generator, sequence: Pixels, kind: str) -> Pixels:
    """Through a codec at the quality of a camera's stream, and back."""
    if kind == "mjpeg":
        quality = int(rng.integers(25, 85))
        return np.stack([code_mjpeg(cells, quality) for cells in sequence])
    crf = int(rng.integers(21, 34))
    options = {"crf": str(crf), "preset": "veryfast", "bf": str(rng.choice([0, 0, 3]))}
    if rng.random() < 0.5:
        options["g"] = str(rng.choice([10, 25, 50]))
    if kind == "hevc":
        options |= {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"}
    elif rng.random() < 0.3:
        options["preset"] = "medium"
    return _through(sequence, kind, options)


def code_mjpeg(cells: Pixels, quality: int) -> Pixels:
    """OpenCV's JPEG is 4:2:0 like a camera's; the way over BGR costs a grey level at most."""
    image = cv2.cvtColor(unpack(cells), cv2.COLOR_YUV2BGR_I420)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return pack(cv2.cvtColor(decoded, cv2.COLOR_BGR2YUV_I420))


def code_h264(sequence: Pixels, crf: int) -> Pixels:
    """Through libx264 and back."""
    return _through(sequence, "h264", {"crf": str(crf), "preset": "veryfast", "bf": "0"})


def _through(sequence: Pixels, kind: str, options: dict[str, str]) -> Pixels:
    encoder = av.CodecContext.create({"h264": "libx264", "hevc": "libx265"}[kind], "w")
    encoder.height, encoder.width = sequence.shape[1] * 2, sequence.shape[2] * 2
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
    encoder.thread_count = 1
    encoder.options = options
    decoder = av.CodecContext.create(kind, "r")
    decoder.thread_count = 1
    out: dict[int, Pixels] = {}

    def drain(packets: list[av.Packet] | list[None]) -> None:
        for packet in packets:
            for frame in decoder.decode(packet):
                out[int(frame.pts)] = pack(frame.to_ndarray())

    for moment, cells in enumerate(sequence):
        frame = av.VideoFrame.from_ndarray(unpack(cells), "yuv420p")
        frame.pts = moment
        drain(encoder.encode(frame))
    drain(encoder.encode(None))
    drain([None])
    if len(out) != len(sequence):
        raise RuntimeError(f"{kind}: {len(sequence)} frames went in, {len(out)} came out")
    return np.stack([out[moment] for moment in sorted(out)])
