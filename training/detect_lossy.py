"""Streams that lost packets: encoded, holed, and decoded with the decoder's own concealment."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from scenes import Pixels, read_clip

PACKET = 188


def lossy_copy(rng: np.random.Generator, clip: Path, seed: int) -> tuple[Pixels, Pixels]:
    """The clip through H.264, whole and with packets lost; frames that differ in number are cut."""
    with tempfile.TemporaryDirectory() as place:
        stream, holed = Path(place) / "whole.ts", Path(place) / "holed.ts"
        slices, interval = int(rng.choice([1, 2, 4, 6, 8])), int(rng.choice([12, 25, 50, 100]))
        coding = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-threads", "1"]
        coding += ["-crf", str(rng.integers(19, 29)), "-frames:v", "240", "-an"]
        coding += ["-x264-params", f"slices={slices}:keyint={interval}"]
        size = ["-vf", "scale='min(iw,640)':-4,crop=floor(iw/4)*4:floor(ih/4)*4"]
        ffmpeg = ["ffmpeg", "-v", "quiet", "-y", "-i", str(clip)]
        subprocess.run([*ffmpeg, *size, *coding, "-f", "mpegts", str(stream)], check=True)
        holed.write_bytes(lose_packets(rng, stream.read_bytes(), float(rng.uniform(0.002, 0.008))))
        whole, concealed = read_clip(stream), read_clip(holed)
    count = min(len(whole), len(concealed))
    return whole[:count], concealed[:count]


def lose_packets(rng: np.random.Generator, stream: bytes, share: float) -> bytes:
    """Bursts of video packets taken out; the packets in which a picture begins are spared."""
    kept, burst, pictures = [], False, 0
    for at in range(0, len(stream), PACKET):
        packet = stream[at : at + PACKET]
        pid, begins = (packet[1] & 0x1F) << 8 | packet[2], packet[1] & 0x40
        if pid == 0x100 and begins:
            pictures += 1
        if pid == 0x100 and not begins and pictures > 1:
            burst = bool(rng.random() < (0.6 if burst else share))
            if burst:
                continue
        kept.append(packet)
    return b"".join(kept)
