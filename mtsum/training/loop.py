"""The training loop: bounded, mixed precision where the device is fast at it, resumable, averaged, validated."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from mtsum.errors import UsageError
from mtsum.training.checkpoints import (
    Progress,
    assign,
    drop_weights_after,
    keep_best_weights,
    keep_weights,
    read_checkpoint,
    save_checkpoint,
)
from mtsum.training.encoded_pairs import Batch, EncodedPairs
from mtsum.training.precision import training_dtype
from mtsum.training.run_log import RunLog, read_log
from mtsum.training.settings import TrainingSettings
from mtsum.training.trainable import Trainable
from mtsum.training.validation import DevSet, Share, check_scorable, dev_loss, scores, translations

_LOG_STEPS = 100


def train(
    model: Trainable, pairs: EncodedPairs, dev: DevSet, settings: TrainingSettings, run: Path, rank: int = 0
) -> None:
    """Train ``model`` in place and write ``run``: config.json, log.jsonl, scores.json, checkpoint.pt, weights/.

    A run folder with a checkpoint is resumed from it: its bounds may be other ones, its model and data must be the
    same (``UsageError``). With ``settings.workers`` over 1, call this in each worker process with its ``rank``, after
    ``init_process_group``. All workers take a part in validating; the first one writes.
    """
    if dev.references:
        check_scorable()
    _Run(model, pairs, dev, settings, run, rank).train()


class _Run:
    """One worker's state: model, optimizer, averaged weights, clock."""

    def __init__(
        self, model: Trainable, pairs: EncodedPairs, dev: DevSet, settings: TrainingSettings, run: Path, rank: int
    ) -> None:
        self.settings, self.run, self.pairs, self.dev = settings, run, pairs, dev
        self.leads, self.share = rank == 0, Share(rank, settings.workers)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.dtype = training_dtype(settings.precision, self.device)
        self.model = model.to(self.device).train()
        self.optimizer = model.optimizer(settings)
        self.trained = model.trained()
        self.average = [p.detach().clone() for p in self.trained]
        self.progress = Progress()
        self.log = RunLog(run)
        self.began = time.monotonic()
        self.resumes = self._begin()
        # Not the same draws again after a kill, and other ones in each worker.
        self.rng = np.random.default_rng([settings.seed, rank, self.progress.step])
        torch.manual_seed(int(self.rng.integers(2**31)))
        self.validated_at = time.monotonic()
        self.losses: list[float] = []

    def _begin(self) -> bool:
        """Read the checkpoint if there is one, else write the run's configuration; whether there was one."""
        state = read_checkpoint(self.run, self.device)
        if state is None:
            if self.leads:
                self.run.mkdir(parents=True, exist_ok=True)
                self.log.rewind(-1)  # a kill came before the first checkpoint
                (self.run / "config.json").write_text(json.dumps(asdict(self.settings), indent=1))
            return False
        _check_same(json.loads((self.run / "config.json").read_text())["extra"], self.settings.extra, self.run)
        assign(self.trained, state["trained"])
        self.average = state["average"]
        peaks = [group["peak"] for group in self.optimizer.param_groups]  # those of this call, not the checkpoint's
        self.optimizer.load_state_dict(state["optimizer"])
        for group, peak in zip(self.optimizer.param_groups, peaks, strict=True):
            group["peak"] = peak
        self.progress = Progress(state["step"], state["spent"], state["tokens"])
        self.began -= self.progress.spent
        if self.leads:
            self.log.rewind(self.progress.step)
            drop_weights_after(self.run, self.progress.step)
        return True

    def train(self) -> None:
        """Go through the stages until the run is over."""
        # Agreed on even here: a worker that thinks the run over would leave the others waiting.
        fraction, _ = self._together()
        if self.resumes and fraction >= 1 and self._has_row(finished=True):
            if self.leads:
                print(f"{self.run} is finished; to go on, give it more minutes, steps or tokens", flush=True)
            return
        if self.leads and self.resumes:
            self.log.write(**self._now(), resumed=True)
        if self.resumes and fraction < 1 and not self._has_row():  # the kill came between checkpoint and scores
            self._validate()
        while fraction < 1:
            stage = next(stage for stage in self.settings.stages if fraction < stage.until)
            for batch in self.pairs.batches(self.rng, stage.mixture, self.settings.token_budget, stage.max_target):
                self._step(batch, fraction)
                if self.progress.step % self.settings.sync_every == 0:
                    fraction = self._meet()
                    if fraction >= 1 or fraction >= stage.until:
                        break
                if self.progress.step % _LOG_STEPS == 0:
                    self._log_losses(fraction)
        if self.losses:
            self._log_losses(fraction)
        self._validate(finished=True)

    def _step(self, batch: Batch, fraction: float) -> None:
        rate = self.settings.rate(self.progress.step, fraction)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        with torch.autocast(self.device, dtype=self.dtype, enabled=self.dtype != torch.float32):
            loss, count = self.model.loss(
                torch.from_numpy(batch.source).to(self.device),
                torch.from_numpy(batch.target).to(self.device),
                fraction >= self.settings.thaw_at,
                self.settings.label_smoothing,
                self.dtype,
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.progress.step += 1
        self.progress.tokens += count * self.settings.workers
        self.losses.append(loss.item())

    def _meet(self) -> float:
        """Average the workers' weights, move the exponential average, validate when it is time; how far the run is."""
        fraction, validates = self._together()
        _move_average(self.average, self.trained, 1 - self._average_decay())
        if validates and fraction < 1:
            self._validate()
        return fraction

    @torch.no_grad()
    def _together(self) -> tuple[float, bool]:
        """Average the workers' parameters; how far the run is and whether to validate, the same in all of them."""
        fraction, validates = self._fraction(), self._is_time_to_validate()
        if self.settings.workers == 1:
            return fraction, validates
        flat = torch.cat([p.reshape(-1) for p in self.trained])
        dist.all_reduce(flat)
        flat /= self.settings.workers
        at = 0
        for parameter in self.trained:
            parameter.copy_(flat[at : at + parameter.numel()].view_as(parameter))
            at += parameter.numel()
        clock = torch.tensor([fraction, float(validates)])
        dist.all_reduce(clock, op=dist.ReduceOp.MAX)
        return float(clock[0]), bool(clock[1])

    def _average_decay(self) -> float:
        """Smaller at first, so that the average of a short run is not of its beginning (a ninth of the run so far)."""
        meetings = self.progress.step // self.settings.sync_every
        return min(self.settings.average_decay, (1 + meetings) / (10 + meetings))

    def _is_time_to_validate(self) -> bool:
        if self.settings.validate_steps is not None:
            since = self.progress.step % self.settings.validate_steps
            return since < self.settings.sync_every  # the first meeting at or after the step
        return time.monotonic() - self.validated_at > self.settings.validate_minutes * 60

    def _validate(self, **row: Any) -> None:
        """Write the checkpoint, then measure the averaged weights on the dev set and keep them."""
        started = time.monotonic()
        if self.leads:
            self.progress.spent = self._seconds()
            keep_weights(self.run, self.average, self.progress.step, self.settings.keep)
            save_checkpoint(self.run, self.trained, self.average, self.optimizer, self.progress)
        current = [p.detach().clone() for p in self.trained]
        assign(self.trained, self.average)
        self.model.eval()
        measured: dict[str, Any] = dev_loss(
            self.model, self.dev.encoded, 2 * self.settings.token_budget, self.device, self.dtype, self.share
        )
        hypotheses = translations(self.model, self.dev, self.settings.beam, self.device, self.dtype, self.share)
        self.model.train()
        assign(self.trained, current)
        if self.leads:
            if hypotheses:
                measured |= scores(hypotheses, self.dev.references) | {"sentences": len(hypotheses)}
                pairs = zip(hypotheses, self.dev.references, strict=True)
                lines = (f"{hypothesis}\t{reference}\n" for hypothesis, reference in pairs)
                (self.run / "dev_hypotheses.tsv").write_text("".join(lines), "utf-8")
            seconds = round(time.monotonic() - started, 1)
            best = self.log.write_validation(
                **self._now(), **measured, validation_seconds=seconds, tokens=self.progress.tokens, **row
            )
            if best:
                keep_best_weights(self.run, self.average, self.progress.step)
        self.validated_at = time.monotonic()

    def _log_losses(self, fraction: float) -> None:
        if self.leads:
            self.log.write(
                **self._now(),
                loss=round(float(np.mean(self.losses)), 3),
                tokens=self.progress.tokens,
                fraction=round(fraction, 3),
                tokens_per_second=round(self.progress.tokens / (time.monotonic() - self.began)),
            )
        self.losses = []

    def _now(self) -> dict[str, int]:
        return {"seconds": round(self._seconds()), "step": self.progress.step}

    def _seconds(self) -> float:
        return time.monotonic() - self.began

    def _has_row(self, **wanted: Any) -> bool:
        """Whether the log has a validation of this step, with these values."""
        rows = (row for row in read_log(self.run) if "dev_loss" in row and row["step"] == self.progress.step)
        return any(wanted.items() <= row.items() for row in rows)

    def _fraction(self) -> float:
        return self.settings.fraction(self._seconds(), self.progress.step, self.progress.tokens)


def _check_same(before: dict[str, Any], now: dict[str, Any], run: Path) -> None:
    """Raise ``UsageError`` where what a run is made of is not what it was begun with."""
    differing = {name for name in before.keys() & now.keys() if before[name] != now[name]}
    if differing:
        changes = "; ".join(f"{name} was {before[name]}, is now {now[name]}" for name in sorted(differing))
        raise UsageError(f"{run} was begun otherwise: {changes}. Give the same options to resume it, or another --run")


@torch.no_grad()
def _move_average(average: Sequence[torch.Tensor], trained: Sequence[torch.Tensor], step: float) -> None:
    """Move the exponential average of the weights by ``step`` towards the present ones, in place."""
    torch._foreach_lerp_(list(average), list(trained), step)
