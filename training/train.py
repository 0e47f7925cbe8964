"""Trains the generator on shards made by data.py; resumes from its checkpoint.

First fidelity alone, then, in the last part, an adversarial loss on the cells that nobody ever saw:
there an average of all possibilities is not a picture. Seen cells answer to fidelity only.
"""

from __future__ import annotations

import copy
import json

import torch
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

import losses
from alarm import CollapseAlarm, variety
from baselines import ContextEncoder
from course import Course, follow, save
from discriminators import JUDGES
from measure import measure
from networks import DEPTHS, DILATIONS, REFINED, SIZES, Generator
from options import Options, parse
from samples import inputs, run
from shards import Shards

FEWEST = 50
"""Cells that nobody saw in a batch, below which the judge is not asked."""
COLLAPSE_CODE = 3


def build(options: Options) -> nn.Module:
    widths = SIZES.get(options.size) or tuple(int(w) for w in options.size.split(","))
    if options.network == "context-encoder":
        return ContextEncoder(widths)
    depth = DEPTHS.get(options.size, len(DILATIONS))
    refined = options.size in REFINED
    return Generator(
        widths, options.attention, options.norm, options.partial, depth, refined=refined
    )


def load_fitting(network: nn.Module, state: dict[str, dict[str, Tensor]]) -> None:
    """Takes the weights whose names and shapes fit; the others stay as they were drawn."""
    own = network.state_dict()
    old = state.get("average", state)
    own.update({k: v for k, v in old.items() if k in own and own[k].shape == v.shape})
    network.load_state_dict(own)


def freeze(network: nn.Module) -> None:
    """Only the second look goes on learning."""
    second = getattr(network, "refine", None)
    if second is None:
        raise SystemExit(f"expected a size with a second look ({', '.join(REFINED)}) for --freeze")
    network.requires_grad_(False)
    second.requires_grad_(True)


def fidelity(kind: str, made: dict[str, Tensor], given: dict[str, Tensor]) -> Tensor:
    """How far the result is from what was there; a grey level counts for more where there is little
    noise to hide it."""
    off = made["picture"] - given["clean"]
    if kind == "noise2noise":
        return 100 * losses.weighted_square(off, 1 - given["damaged"])
    whole, sigma = given["mask"][:, :1], given["sigma"]
    some = given["mask"][:, 1:].amax(1, keepdim=True)
    noisy = (sigma > 0).float() * (1 - whole) * 0.08 / (sigma + 0.03)
    distance = losses.absolute if kind == "l1" else losses.charbonnier
    loss = 3 * distance(off, noisy) + distance(off, torch.maximum(whole, some))
    if kind != "l1":
        loss = loss + 4 * losses.weighted_square(off, whole)
    loss = loss + 0.3 * distance(made["painting"] - given["clean"], whole)
    ever = (given["counts"].amax(1, keepdim=True) > 0).float()
    # Few cells were never seen by anybody, and they are the hardest: they count by themselves.
    unseen = whole * (1 - ever)
    loss = loss + 0.5 * distance(off, unseen)
    if kind != "l1":
        loss = loss + 4 * losses.weighted_square(off, unseen)
    # Inventing what was seen must be worth a grey level or two: recover first.
    invented = (made["invented"] * whole * ever).sum() / whole.sum().clamp_min(1)
    return loss + 0.006 * invented


class Trainer:
    """One run: networks, optimisers, logs, and where it stands."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(options.seed)
        options.out.mkdir(parents=True, exist_ok=True)
        self.shards = Shards(options.data, options.crop, options.seed)
        held_out = Shards(options.watch, options.crop, 99)
        self.watch = [held_out.batch(8).to(self.device) for _ in range(8)]
        self.network = build(options).to(self.device)
        if options.warm:
            state = torch.load(options.warm, weights_only=True, map_location=self.device)
            load_fitting(self.network, state)
        if options.freeze:
            freeze(self.network)
        if options.half and getattr(self.network, "refine", None) is not None:
            self.network.refine.in_bfloat = True
        self.average = copy.deepcopy(self.network)
        judge = JUDGES[options.judge](spectral=options.spectral, norm=options.judge_norm)
        self.judge = judge.to(self.device)
        learned = [p for p in self.network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(learned, options.rate, betas=(0.9, 0.99))
        self.judge_optimiser = torch.optim.Adam(
            self.judge.parameters(), options.judge_rate, betas=(0.5, 0.99)
        )
        self.alarm = CollapseAlarm()
        names = ("network", "average", "judge", "optimiser", "judge_optimiser")
        parts = {name: getattr(self, name) for name in names}
        self.course = Course(options.out, parts, options.steps, options.minutes, self.device)
        self.writer = SummaryWriter(str(options.out / "tensorboard"), purge_step=self.course.step)
        self.coin = torch.Generator().manual_seed(options.seed + self.course.step)
        self.sums: dict[str, float] = {}
        self.game_steps = 0
        self.collapsed: str | None = None

    def train_step(self) -> None:
        options, progress = self.options, self.course.progress
        self.course.set_rate(self.optimiser, options.rate)
        given = self._draw()
        made = run(self.network, given)
        loss = fidelity(options.fidelity, made, given)
        self._count("fidelity", loss)
        ever = (given["counts"].amax(1, keepdim=True) > 0).float()
        unseen = given["mask"][:, :1] * (1 - ever)
        if progress > 1 - options.adversarial and unseen.sum() > FEWEST:
            loss = loss + self._game(made["picture"], given["clean"], unseen)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.course.step += 1
        follow(self.average, self.network, self.course.step, 0.999)

    def _draw(self) -> dict[str, Tensor]:
        batch = self.shards.batch(self.options.batch).to(self.device)
        causal = (torch.rand(len(batch), generator=self.coin) < 0.25).to(self.device)
        honest = (torch.rand(len(batch), generator=self.coin) < 0.1).to(self.device)
        given = inputs(batch, causal, honest)
        if not self.options.memory:
            given["counts"] = torch.zeros_like(given["counts"])
        return given

    def _game(self, picture: Tensor, clean: Tensor, unseen: Tensor) -> Tensor:
        """The judge's steps, then what the generator is to lower; only unseen cells count."""
        options = self.options
        shown = clean + unseen * (picture - clean)
        if self.game_steps % options.generator_steps == 0:
            for _ in range(options.judge_steps):
                real = clean.detach().requires_grad_(options.r1 > 0)
                on_real = self.judge(real, unseen)
                on_fake = self.judge(shown.detach(), unseen)
                judge_loss = losses.discriminator_adversarial(on_real.all(), on_fake.all())
                self._count("judge", judge_loss)
                if options.r1 > 0:
                    penalty = losses.r1_penalty(on_real.all(), real)
                    self._count("slope", penalty)
                    judge_loss = judge_loss + options.r1 * penalty
                self.judge_optimiser.zero_grad()
                judge_loss.backward()
                self.judge_optimiser.step()
                self.judge_loss = float(judge_loss.detach())
        self.game_steps += 1
        painted = variety(shown.detach(), unseen)
        said = self.alarm.look(self.judge_loss, painted, variety(clean, unseen))
        if said is not None:
            self.collapsed = said
            print(f"step {self.course.step}: {said}", flush=True)
            self.writer.add_text("alarm", said, self.course.step)
        verdict = self.judge(shown, unseen)
        adversarial = losses.GENERATOR_LOSSES[options.game](verdict.all())
        self._count("adversarial", adversarial)
        loss = options.adversarial_weight * adversarial
        if options.feature_matching > 0:
            with torch.no_grad():
                real_features = self.judge(clean, unseen).features
            matching = losses.feature_matching(real_features, verdict.features)
            self._count("features", matching)
            loss = loss + options.feature_matching * matching
        return loss

    def _count(self, name: str, value: Tensor) -> None:
        self.sums[name] = self.sums.get(name, 0.0) + float(value.detach())

    def measure(self) -> dict[str, dict[str, float]]:
        return measure(self.average, self.watch, memory=self.options.memory)

    def report(self) -> None:
        scores = self.measure()
        for name, value in self.sums.items():
            self.writer.add_scalar(f"loss/{name}", value / self.options.every, self.course.step)
        for regime, entry in scores.items():
            for name, value in entry.items():
                self.writer.add_scalar(f"{regime}/{name}", value, self.course.step)
        dB = " ".join(f"{regime} {entry['psnr']:.2f}" for regime, entry in scores.items())
        off = " ".join(f"{k} {v / self.options.every:.5f}" for k, v in self.sums.items())
        course = self.course
        when = f"{course.step} {course.elapsed:.1f} min, {course.progress:.0%}"
        print(f"{when}: {off}; dB {dB}", flush=True)
        self.sums = {}

    def run(self) -> int:
        """To the end of the schedule; returns the exit code."""
        options = self.options
        if options.profile:
            self.profile(options.profile)
        while self.course.progress < 1:
            self.train_step()
            if self.course.step % options.every == 0:
                self.shards.refresh()
                self.report()
                self.course.keep()
            if self.collapsed and options.on_collapse == "stop":
                self.course.keep()
                return COLLAPSE_CODE
        weights = {"widths": list(self.average.widths), **self.average.state_dict()}
        save(options.out / "generator.pt", weights)
        scores = {"steps": self.course.step, **self.measure()}
        (options.out / "scores.json").write_text(json.dumps(scores, indent=2) + "\n")
        self.writer.close()
        return 0

    def profile(self, steps: int) -> None:
        """Where the time of a step goes: profile.txt, and a trace that TensorBoard shows."""
        from torch.profiler import profile, tensorboard_trace_handler

        trace = tensorboard_trace_handler(str(self.options.out / "tensorboard"))
        with profile(on_trace_ready=trace) as profiler:
            for _ in range(steps):
                self.train_step()
        table = profiler.key_averages().table(sort_by="self_cpu_time_total", row_limit=30)
        (self.options.out / "profile.txt").write_text(table + "\n")


def main() -> None:
    options = parse(None, __doc__)
    torch.set_num_threads(options.threads)
    raise SystemExit(Trainer(options).run())


if __name__ == "__main__":
    main()
