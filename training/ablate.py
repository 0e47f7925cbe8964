"""The ablation: every row is the same short training with one thing changed, and the table of it.

A row that is there already is not trained again; delete its folder, or change --steps, to do so.
"""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from measure import REGIMES
from options import Options
from train import Trainer


@dataclass
class Row:
    name: str
    says: str
    """What is changed, for the table."""
    against: str = ""
    """The row that differs in that alone; none = it stands for itself."""
    switches: dict[str, Any] = field(default_factory=dict)
    goes_on: bool = False
    """True: not a small network from nothing, but `swift` trained on for a while. A judge has
    nothing to teach a network that does not paint yet."""


def rows() -> list[Row]:
    off = {"adversarial": 0.0}
    game = {"adversarial": 1.0, "adversarial_weight": 0.5, "judge_rate": 2e-3}
    scales = {**game, "judge": "multi-scale"}
    base, lite = "generator", "swift"

    def on(name: str, says: str, against: str, switches: dict[str, Any]) -> Row:
        return Row(name, says, against, switches, goes_on=True)

    return [
        Row("context-encoder", "context encoder, the baseline", "",
            {**off, "network": "context-encoder"}),
        Row("no-memory", "generator, no memory shown", "context-encoder", {**off, "memory": False}),
        Row(base, "generator with its memory", "no-memory", off),
        Row("l1", "plain L1 as its loss", base, {**off, "fidelity": "l1"}),
        Row("partial", "partial convolution at the head", base, {**off, "partial": True}),
        Row("attention", "self-attention at the bottom", base, {**off, "attention": True}),
        Row("batch-norm", "batch normalisation in the decoder", base, {**off, "norm": "batch"}),
        on(lite, "`swift`, trained on without a judge", "", off),
        on("minimax", "`swift` and a judge, minimax", lite, {**game, "game": "minimax"}),
        on("non-saturating", "`swift` and a judge, non-saturating", lite, game),
        on("r1", "the same, R1 for spectral normalisation", "non-saturating",
           {**game, "spectral": False, "r1": 1.0}),
        on("unbound", "the same, neither of the two", "non-saturating",
           {**game, "spectral": False}),
        on("judge-norm", "the same, batch normalisation in the judge", "non-saturating",
           {**game, "judge_norm": "batch"}),
        on("two-judge-steps", "two judge steps for one", "non-saturating",
           {**game, "judge_steps": 2}),
        on("multi-scale", "multi-scale judge", "non-saturating", scales),
        on("features", "multi-scale judge, feature matching", "multi-scale",
           {**scales, "feature_matching": 0.2}),
    ]  # fmt: skip


def train_row(row: Row, common: dict[str, Any], out: Path) -> dict[str, Any]:
    """Trains the row, or takes what is there; goes on from its checkpoint if it was interrupted."""
    folder = out / row.name
    scores = folder / "scores.json"
    if scores.exists():
        found = json.loads(scores.read_text())
        if found["steps"] >= common["steps"]:
            return found
    print(f"row {row.name}", flush=True)
    Trainer(Options(**{**common, **row.switches, "out": folder})).run()
    return json.loads(scores.read_text())


def table(results: dict[str, dict[str, Any]], all_rows: list[Row]) -> list[str]:
    """Markdown: each row's dB, SSIM and sharpness by regime; ± is against its other row."""
    head = ["row", "held against"]
    for regime in REGIMES:
        head += [f"{regime} dB", "±", "SSIM", "sharp"]
    lines = ["| " + " | ".join(head) + " |", "| --- | --- |" + " ---: |" * (4 * len(REGIMES))]
    for row in all_rows:
        if row.name not in results:
            continue
        cells = [row.says, row.against or "-"]
        for regime in REGIMES:
            own = results[row.name].get(regime)
            other = results.get(row.against, {}).get(regime)
            if own is None:
                cells += ["-"] * 4
                continue
            change = f"{own['psnr'] - other['psnr']:+.2f}" if other else "-"
            cells += [f"{own['psnr']:.2f}", change, f"{own['ssim']:.3f}", f"{own['sharpness']:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def insert(page: str, lines: list[str]) -> str:
    """`page` with its table of rows exchanged for `lines`, or with them at its end."""
    kept, inside, done = [], False, False
    for line in page.splitlines():
        inside = re.match(r"\| row +\|", line) is not None or (inside and line.startswith("|"))
        if inside and not done:
            kept += lines
            done = True
        elif not inside:
            kept.append(line)
    return "\n".join(kept if done else [*kept, *lines]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--watch", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="a folder for the rows")
    parser.add_argument("--table", type=Path, help="the Markdown page whose table to renew")
    parser.add_argument("--steps", type=int, default=600, help="of the rows from nothing")
    parser.add_argument("--warm", type=Path, required=True, help="weights/swift.pt, to go on from")
    parser.add_argument("--more-steps", type=int, default=200, help="of the rows that go on")
    parser.add_argument("--rows", default="", help="names with commas; default: all")
    parser.add_argument("--size", default="12,16,32,48")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    names = set(filter(None, options.rows.split(",")))
    unknown = names - {row.name for row in rows()}
    if unknown:
        known = ", ".join(row.name for row in rows())
        raise SystemExit(f"expected rows out of {known}; got {', '.join(sorted(unknown))}")
    shared = ("data", "watch", "steps", "size", "batch", "crop", "threads")
    common = {key: getattr(options, key) for key in shared} | {"every": 100, "rate": 2e-3}
    more = {"warm": options.warm, "size": "swift", "steps": options.more_steps, "rate": 1e-3}
    results = {}
    for row in rows():
        if not names or row.name in names:
            results[row.name] = train_row(row, common | (more if row.goes_on else {}), options.out)
            if options.table:
                page = options.table.read_text() if options.table.exists() else ""
                options.table.write_text(insert(page, table(results, rows())))
    print("\n".join(table(results, rows())))


if __name__ == "__main__":
    main()
