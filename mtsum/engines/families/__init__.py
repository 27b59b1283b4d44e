"""One small registered class for each family of models, and how to tell which family a model is of."""

from __future__ import annotations

from typing import Any

# Importing a family's file registers it.
from mtsum.engines.families import bart, m2m100, madlad, marian, mbart, nllb, pegasus, t5
from mtsum.engines.families.base import Family, family_class, known_families, register
from mtsum.errors import UsageError

__all__ = ["Family", "family_class", "family_of", "known_families", "register"]

_OF_MODEL_TYPE = {
    "bart": bart.Bart,
    "marian": marian.Marian,
    "mbart": mbart.MBart,
    "pegasus": pegasus.Pegasus,
    "m2m_100": m2m100.M2M100,
    "t5": t5.T5,
    "mt5": t5.T5,
    "umt5": t5.T5,
}
_NLLB_VOCABULARY = 256_000
_MADLAD_VOCABULARY = 256_000


def family_of(config: dict[str, Any]) -> str:
    """The family of a model, from its config.json (or, for a converted one, from the config it was made from).

    Two families share a ``model_type`` with another: NLLB is an ``m2m_100`` with the NLLB tokenizer or its vocabulary
    of 256,000 pieces, MADLAD a ``t5`` with a vocabulary of 256,000. Raises ``UsageError`` for any other model type.
    """
    model_type = config.get("model_type")
    tokenizer = str(config.get("tokenizer_class") or "")
    vocabulary = int(config.get("vocab_size") or 0)
    if model_type == "m2m_100":
        is_nllb = "nllb" in tokenizer.lower() or (not tokenizer and vocabulary >= _NLLB_VOCABULARY)
        return nllb.Nllb.name if is_nllb else m2m100.M2M100.name
    if model_type == "t5" and (
        "madlad" in str(config.get("_name_or_path", "")).lower() or vocabulary == _MADLAD_VOCABULARY
    ):
        return madlad.Madlad.name
    try:
        return _OF_MODEL_TYPE[str(model_type)].name
    except KeyError:
        raise UsageError(
            f"no model family for the model type “{model_type}”; known: {', '.join(sorted(_OF_MODEL_TYPE))}"
        ) from None
