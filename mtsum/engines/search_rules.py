"""The constraints on beam search as CTranslate2 applies them, for transformers' generate().

transformers applies its own processors to log-probabilities in beam search without renormalising; CTranslate2 applies
its own to the raw logits, ignores the decoder's start token, and counts forced tokens as certain. These rules do as
CTranslate2 does, so that both engines rank hypotheses alike. They also keep what is needed to score the hypothesis
that won: ``output_scores`` of generate() would keep a whole vocabulary for each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor

from mtsum.engines.base import GenerationSettings

_NEVER = -1e10


class SearchRules(LogitsProcessor):
    """Rules for one call of generate(). ``watch`` must be the model's forward hook while it runs."""

    def __init__(
        self, settings: GenerationSettings, *, minimum: int, end: int, forced: Sequence[int], banned: Sequence[int]
    ) -> None:
        """``minimum`` new tokens before ``end``; the hypothesis starts with ``forced``; ``banned`` never occur."""
        self._settings = settings
        self._minimum = minimum
        self._end = end
        self._forced = list(forced)
        self._banned = list(banned)
        self._logits: torch.Tensor | None = None
        self._steps: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []

    def watch(self, _module: Any, _inputs: Any, output: Any) -> None:
        """Forward hook: keep the logits of the last position, (texts x beams, vocabulary)."""
        self._logits = output.logits[:, -1, :]

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.Tensor:
        """Log-probabilities of the next token, (texts x beams, vocabulary), after all rules."""
        assert self._logits is not None and self._logits.shape == scores.shape
        generated = input_ids[:, 1:]
        step = generated.shape[1]
        if step < len(self._forced):
            log_probs = torch.full_like(scores, _NEVER, dtype=torch.float32)
            log_probs[:, self._forced[step]] = 0.0
        else:
            log_probs = torch.log_softmax(self._constrained(self._logits.float(), generated), dim=-1)
        kept = torch.topk(log_probs, min(2 * self._settings.beam_size, log_probs.shape[-1]), dim=-1)
        self._steps.append((input_ids, kept.values, kept.indices))
        return log_probs

    def _constrained(self, logits: torch.Tensor, generated: torch.Tensor) -> torch.Tensor:
        logits = logits.clone()
        if self._settings.repetition_penalty != 1.0 and generated.shape[1]:
            seen = torch.gather(logits, 1, generated)
            penalty = self._settings.repetition_penalty
            logits.scatter_(1, generated, torch.where(seen < 0, seen * penalty, seen / penalty))
        if self._banned:
            logits[:, self._banned] = -torch.inf
        if generated.shape[1] < len(self._forced) + self._minimum:
            logits[:, self._end] = -torch.inf
        if self._settings.no_repeat_ngram_size:
            for row, tokens in enumerate(generated.tolist()):
                logits[row, repeating(tokens, self._settings.no_repeat_ngram_size)] = -torch.inf
        return logits

    def log_probability(self, sequences: torch.Tensor, lengths: Sequence[int]) -> list[float]:
        """Log-probability of each winning hypothesis.

        ``sequences`` is (texts, 1 + tokens), start token first; ``lengths`` counts the tokens after it to score.
        """
        texts = sequences.shape[0]
        totals = torch.zeros(texts, dtype=torch.float64, device=sequences.device)
        counted = torch.tensor(lengths, device=sequences.device)
        for step, (input_ids, values, indices) in enumerate(self._steps[: sequences.shape[1] - 1]):
            running = input_ids.view(texts, -1, step + 1)
            # The beam that the hypothesis grew from: the one that held its first tokens at this step.
            parent = (running == sequences[:, None, : step + 1]).all(-1).int().argmax(1)
            rows = torch.arange(texts, device=sequences.device) * running.shape[1] + parent
            hit = indices[rows] == sequences[:, step + 1, None]
            value = torch.where(hit, values[rows], torch.zeros_like(values[rows])).sum(-1)
            totals += torch.where(counted > step, value.double(), torch.zeros_like(totals))
        return [float(total) for total in totals.tolist()]


def repeating(tokens: Sequence[int], size: int) -> list[int]:
    """The tokens that would complete an n-gram of ``size`` which ``tokens`` already holds."""
    if len(tokens) < size:
        return []
    last = tokens[len(tokens) - size + 1 :]
    starts = range(len(tokens) - size + 1)
    return [tokens[start + size - 1] for start in starts if tokens[start : start + size - 1] == last]
