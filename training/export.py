"""Exports a trained generator to ONNX with uint8 planes in and out, and writes its model card.

Casting, scaling, unshuffling, composition and rounding are inside the graph. Cells that are neither
hidden nor noisy pass through as the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from networks import Generator
from samples import hidden_samples

INPUTS = {
    "luma": "uint8 [N, 4, H, W]: the frame, what was seen before, what is seen after, background",
    "chroma": "uint8 [N, 8, H/2, W/2]: U and V of each of the four",
    "counts": "uint8 [N, 3, H/2, W/2]: samples behind before, after and background; 0 = never seen",
    "mask": "uint8 [N, 1, H/2, W/2]: 255 = repair, 0 = keep; 240 + bits = repair these luma samples"
    " (1 top left, 2 top right, 4, 8) and the colour, keep the others",
    "sigma": "uint8 [N, 1, H/2, W/2]: noise in quarter grey levels; 0 = do not denoise",
    "strength": "float32 [1]: 0..1, how much of the noise is taken away",
    "synthesis": "float32 [1]: 1, or 0 = paint only what nobody ever saw",
}
OUTPUTS = {
    "restored_luma": "uint8 [N, 1, H, W]",
    "restored_chroma": "uint8 [N, 2, H/2, W/2]",
    "invented": "uint8 [N, 1, H/2, W/2]: share of each cell that was painted, 255 = all",
}
AXES = {
    "luma": {0: "batch", 2: "height", 3: "width"},
    "chroma": {0: "batch", 2: "rows", 3: "columns"},
    "counts": {0: "batch", 2: "rows", 3: "columns"},
    "mask": {0: "batch", 2: "rows", 3: "columns"},
    "sigma": {0: "batch", 2: "rows", 3: "columns"},
    "restored_luma": {0: "batch", 2: "height", 3: "width"},
    "restored_chroma": {0: "batch", 2: "rows", 3: "columns"},
    "invented": {0: "batch", 2: "rows", 3: "columns"},
}


class Planes(nn.Module):
    """The generator between uint8 planes."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator
        # Unshuffling and scaling as convolutions: picture k's luma sample c becomes channel 6k + c.
        bright, colour = torch.zeros(24, 4, 2, 2), torch.zeros(24, 8, 1, 1)
        for k in range(4):
            for c in range(4):
                bright[6 * k + c, k, c // 2, c % 2] = 1 / 255
            for c in range(2):
                colour[6 * k + 4 + c, 2 * k + c] = 1 / 255
        self.register_buffer("bright", bright, persistent=False)
        self.register_buffer("colour", colour, persistent=False)

    def pictures(self, luma: Tensor, chroma: Tensor, first: int, end: int) -> Tensor:
        part = slice(first, end)
        return F.conv2d(luma, self.bright[part], stride=2) + F.conv2d(chroma, self.colour[part])

    def forward(
        self, luma: Tensor, chroma: Tensor, counts: Tensor, mask: Tensor, sigma: Tensor,
        strength: Tensor, synthesis: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        luma, chroma, level = luma.float(), chroma.float(), sigma.float()
        frame = self.pictures(luma, chroma, 0, 6)
        hidden = hidden_samples(mask.float())
        made = self.generator(
            frame,
            self.pictures(luma, chroma, 6, 24),
            counts.float(),
            hidden,
            level / (4 * 255),
            synthesis.view(1, 1, 1, 1),
        )
        noisy = (level > 0).float() * strength
        share = torch.maximum(self.generator.hidden(hidden), noisy)
        out = torch.clamp((frame + share * (made["picture"] - frame)) * 255, 0, 255) + 0.5
        bright = F.pixel_shuffle(torch.floor(out[:, :4]), 2)
        invented = torch.floor(made["invented"] * 255 + 0.5)
        return bright.to(torch.uint8), out[:, 4:].to(torch.uint8), invented.to(torch.uint8)


def example(seed: int, rows: int, columns: int) -> dict[str, np.ndarray]:
    """A structured input that exercises every regime; also the stored test fixture."""
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.arange(rows * 2), np.arange(columns * 2)) % 200 + 20
    luma = np.stack([ramp] * 4)[None] + rng.normal(0, 12, (1, 4, rows * 2, columns * 2))
    chroma = 128 + rng.normal(0, 12, (1, 8, rows, columns))
    counts = np.zeros((1, 3, rows, columns))
    counts[0, 0, :, : columns // 2] = 20
    counts[0, 1, : rows // 2] = 7
    counts[0, 2, :, : columns // 2] = 90
    mask = np.zeros((1, 1, rows, columns))
    mask[0, 0, rows // 4 : rows // 2, columns // 4 : -columns // 4] = 255
    mask[0, 0, -6:, -6:] = 255
    mask[0, 0, 3, 5], mask[0, 0, 20, 30] = 241, 250
    sigma = np.zeros((1, 1, rows, columns))
    sigma[0, 0, :, columns // 3 :] = 48
    planes = {"luma": luma, "chroma": chroma, "counts": counts, "mask": mask, "sigma": sigma}
    given = {k: np.clip(np.rint(v), 0, 255).astype(np.uint8) for k, v in planes.items()}
    given["strength"] = np.ones(1, np.float32)
    given["synthesis"] = np.ones(1, np.float32)
    return given


def export(generator: Generator, path: Path) -> dict[str, np.ndarray]:
    """Writes the ONNX file, checks it against PyTorch, returns the checked example with outputs."""
    module = Planes(generator).eval()
    given = example(1, 32, 40)
    tensors = tuple(torch.from_numpy(v) for v in given.values())
    torch.onnx.export(
        module,
        tensors,
        str(path),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes=AXES,
        opset_version=18,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(path))
    with torch.no_grad():
        wanted = [t.numpy() for t in module(*tensors)]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(OUTPUTS), given)
    for name, a, b in zip(OUTPUTS, wanted, got, strict=True):
        off = int(np.abs(a.astype(int) - b.astype(int)).max())
        if off > 1:
            raise SystemExit(f"{name}: ONNX differs from PyTorch by {off} grey levels")
    return {**given, **dict(zip(OUTPUTS, wanted, strict=True))}


def milliseconds(path: Path, runs: int = 9) -> float:
    """The median processor time of a 640x360 frame on one thread, nothing hidden, noise all over;
    other work on the machine does not count."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    given = example(2, 184, 320)
    given["mask"][:] = 0
    given["sigma"][:] = 40
    times = []
    for _ in range(runs):
        began = time.process_time()
        session.run(None, given)
        times.append(1000 * (time.process_time() - began))
    return sorted(times)[runs // 2]


def describe(path: Path, generator: Generator, facts: dict[str, Any]) -> dict[str, Any]:
    """The model card: `facts`, and what can be counted or measured."""
    return facts | {
        "name": path.stem,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "maskPolarity": "255 = repair",
        "cellMultiple": 8,
        "widths": list(generator.widths),
        "parameters": sum(p.numel() for p in generator.parameters()),
        "gflopsAt640x360": round(2 * generator.macs_per_cell() * 320 * 180 / 1e9, 2),
        "millisecondsAt640x360": f"{milliseconds(path):.0f} of processor time on one thread of the"
        " CPU that exported it; docs/measurements.md has frames a second",
    }


def load(weights: Path) -> Generator:
    """From generator.pt, a checkpoint, or weights/lite.pt."""
    state = torch.load(weights, weights_only=True, map_location="cpu")
    state = dict(state.get("average", state))
    state.pop("widths", None)
    w0, w1, w2, w3 = (
        state[f"{name}.weight"].shape[0] for name in ("head", "enc1", "enc2", "down3")
    )
    attention = any(name.startswith("attention") for name in state)
    depth = sum(name.startswith("bottom.") and name.endswith("first.weight") for name in state)
    norm = "batch" if any(name.startswith("norm") for name in state) else "none"
    refined = any(name.startswith("refine.") for name in state)
    generator = Generator((w0, w1, w2, w3), attention, norm, depth=depth, refined=refined)
    generator.load_state_dict(state)
    return generator.eval()


def write_fixture(folder: Path, checked: dict[str, np.ndarray], sha256: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {}
    for name, array in checked.items():
        (folder / f"{name}.bin").write_bytes(array.tobytes())
        shapes[name] = {"type": str(array.dtype), "dims": list(array.shape)}
    text = json.dumps({"sha256": sha256, "tensors": shapes}, indent=2)
    (folder / "shapes.json").write_text(text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="generator.pt or checkpoint.pt")
    parser.add_argument("--out", type=Path, required=True, help="models/NAME.onnx")
    parser.add_argument("--card", type=Path, help="JSON with data, licences, scores")
    parser.add_argument("--half", action="store_true", help="learned layers in fp16, for GPUs")
    parser.add_argument("--fixture", type=Path, help="folder for the example in raw bytes")
    options = parser.parse_args()
    generator = load(options.weights)
    if options.half:
        generator.halve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    checked = export(generator, options.out)
    facts = json.loads(options.card.read_text()) if options.card else {}
    card = describe(options.out, generator, facts)
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    if options.fixture:
        write_fixture(options.fixture, checked, card["sha256"])


if __name__ == "__main__":
    main()
