"""Exports a trained generator to ONNX with uint8 planes in and out, and writes its model card.

Casting, scaling, unshuffling, composition and rounding are inside the graph. Cells that are neither
hidden nor noisy pass through as the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from networks import Generator

INPUTS = {
    "luma": "uint8 [N, 4, H, W]: the frame, what was seen before, what is seen after, background",
    "chroma": "uint8 [N, 8, H/2, W/2]: U and V of each of the four",
    "counts": "uint8 [N, 3, H/2, W/2]: samples behind before, after and background; 0 = never seen",
    "mask": "uint8 [N, 1, H/2, W/2]: 255 = repair, 0 = keep",
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

    def forward(
        self, luma: Tensor, chroma: Tensor, counts: Tensor, mask: Tensor, sigma: Tensor,
        strength: Tensor, synthesis: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        bright = F.pixel_unshuffle(luma.float(), 2) / 255
        colour = chroma.float() / 255
        pictures = torch.stack(
            [
                torch.cat([bright[:, 4 * k : 4 * k + 4], colour[:, 2 * k : 2 * k + 2]], 1)
                for k in range(4)
            ],
            1,
        )
        hidden = (mask.float() > 127).float()
        noisy = (sigma.float() > 0).float() * (1 - hidden)
        made = self.generator(
            pictures, counts.float(), hidden, sigma.float() / 4 / 255, synthesis.view(1, 1, 1, 1)
        )
        frame = pictures[:, 0]
        share = hidden + noisy * strength
        out = torch.clamp((frame + share * (made["picture"] - frame)) * 255, 0, 255) + 0.5
        whole = torch.floor(out).to(torch.uint8)
        changed = (hidden + noisy) > 0
        bright_out = torch.where(changed, whole[:, :4], F.pixel_unshuffle(luma[:, :1], 2))
        colour_out = torch.where(changed, whole[:, 4:], chroma[:, :2])
        invented = torch.floor(made["invented"] * 255 + 0.5).to(torch.uint8)
        return F.pixel_shuffle(bright_out.float(), 2).to(torch.uint8), colour_out, invented


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="generator.pt or checkpoint.pt")
    parser.add_argument("--out", type=Path, required=True, help="models/NAME.onnx")
    parser.add_argument("--card", type=Path, help="card.yaml-like JSON with data, licences, scores")
    parser.add_argument("--fixture", type=Path, help="folder for the example in raw bytes")
    options = parser.parse_args()
    state = torch.load(options.weights, weights_only=True, map_location="cpu")
    state = state.get("average", state)
    widths = tuple(state.pop("widths", (24, 36, 64, 96)))
    generator = Generator(widths)
    generator.load_state_dict(state)
    checked = export(generator.eval(), options.out)
    card = json.loads(options.card.read_text()) if options.card else {}
    macs = generator.macs_per_cell()
    card |= {
        "name": options.out.stem,
        "file": options.out.name,
        "sha256": hashlib.sha256(options.out.read_bytes()).hexdigest(),
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "maskPolarity": "255 = repair",
        "cellMultiple": 8,
        "parameters": sum(p.numel() for p in generator.parameters()),
        "gflopsAt640x360": round(2 * macs * 320 * 180 / 1e9, 2),
    }
    options.out.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    if options.fixture:
        options.fixture.mkdir(parents=True, exist_ok=True)
        shapes = {}
        for name, array in checked.items():
            (options.fixture / f"{name}.bin").write_bytes(array.tobytes())
            shapes[name] = {"type": str(array.dtype), "dims": list(array.shape)}
        text = {"sha256": card["sha256"], "tensors": shapes}
        (options.fixture / "shapes.json").write_text(json.dumps(text, indent=2) + "\n")


if __name__ == "__main__":
    main()
