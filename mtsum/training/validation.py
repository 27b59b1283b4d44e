"""The dev set during training: loss, and BLEU and chrF by beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch

from mtsum.errors import UsageError
from mtsum.training.codec import Codec
from mtsum.training.encoded_pairs import EncodedPairs, pad
from mtsum.training.pairs import Pair
from mtsum.training.trainable import Trainable

_SEARCH_BUDGET = 4000  # padded source tokens times beams of a batch


@dataclass(frozen=True)
class Share:
    """Which part of the dev set a worker takes: every ``of``-th, from ``rank`` on."""

    rank: int = 0
    of: int = 1

    def together(self, own: Any) -> list[Any]:
        """What all workers have made of their parts, by rank; each worker must call this."""
        if self.of == 1:
            return [own]
        import torch.distributed as dist

        parts: list[Any] = [None] * self.of
        dist.all_gather_object(parts, own)
        return parts


_ALL = Share()


@dataclass(frozen=True)
class DevSet:
    """Dev pairs as texts and encoded, and the codec that turns hypotheses into text.

    Every pair stands in ``scored`` and is scored; ``encoded``, by which the loss is measured, leaves out over-long ones.
    """

    encoded: EncodedPairs
    sources: list[np.ndarray]
    references: list[str]
    codec: Codec

    @classmethod
    def of(cls, pairs: Sequence[Pair], codec: Codec, most_tokens: int, sentences: int) -> DevSet:
        """``pairs`` of up to ``most_tokens`` tokens for the loss, the first ``sentences`` of them to translate."""
        encoded = EncodedPairs.encode(pairs, codec, most_tokens, most_tokens)
        scored = pairs[:sentences]
        return cls(encoded, codec.sources([p.source for p in scored]), [p.target for p in scored], codec)


@torch.no_grad()
def dev_loss(
    model: Trainable, dev: EncodedPairs, token_budget: int, device: str, dtype: torch.dtype, share: Share = _ALL
) -> dict[str, float]:
    """Cross-entropy on the dev pairs in nats, without smoothing: a target token, and a character of the reference.

    The latter compares models of different vocabularies. ``token_budget`` is padded tokens of a batch.
    """
    total, count = 0.0, 0
    batches = dev.batches(np.random.default_rng(0), {"*": 1.0}, token_budget)
    for batch in islice(batches, share.rank, None, share.of):
        with torch.autocast(device, dtype=dtype, enabled=dtype != torch.float32):
            source, target = torch.from_numpy(batch.source).to(device), torch.from_numpy(batch.target).to(device)
            loss, tokens = model.loss(source, target, False, 0.0, dtype)
        total, count = total + loss.item() * tokens, count + tokens
    totals, counts = zip(*share.together((total, count)), strict=True)
    return {
        "dev_loss": round(sum(totals) / sum(counts), 4),
        "dev_loss_per_character": round(sum(totals) / dev.characters, 4),
    }


@torch.no_grad()
def translations(
    model: Trainable, dev: DevSet, beam: int, device: str, dtype: torch.dtype, share: Share = _ALL
) -> list[str]:
    """The hypotheses of the dev set's sentences, in their order."""
    longest_first = sorted(range(len(dev.sources)), key=lambda at: -len(dev.sources[at]))[share.rank :: share.of]
    texts: dict[int, str] = {}
    while longest_first:
        size = max(1, _SEARCH_BUDGET // (beam * len(dev.sources[longest_first[0]])))
        rows, longest_first = longest_first[:size], longest_first[size:]
        source = torch.from_numpy(pad([dev.sources[at] for at in rows], dev.codec.padding)).to(device)
        with torch.autocast(device, dtype=dtype, enabled=dtype != torch.float32):
            generated = model.translate(source, beam, dtype)
        for at, ids in zip(rows, generated, strict=True):
            texts[at] = dev.codec.text(ids)
    for part in share.together(texts):
        texts |= part
    return [texts[at] for at in range(len(dev.sources))]


def check_scorable() -> None:
    """Raise ``UsageError`` where sacrebleu, which ``scores`` needs, is not installed."""
    try:
        import sacrebleu  # noqa: F401
    except ImportError:
        raise UsageError(
            "BLEU and chrF need sacrebleu: pip install 'mtsum[train]', or train with --validate-sentences 0"
        ) from None


def scores(hypotheses: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """Corpus BLEU and chrF, one decimal more than is reported, and their signatures."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    found: dict[str, Any] = {}
    for name, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        found[name] = round(metric.corpus_score(list(hypotheses), [list(references)]).score, 2)
        found[f"{name}_signature"] = str(metric.get_signature())
    return found
