"""One small registered class for each family of models; which family a model is of, ``mtsum.registry`` tells."""

from __future__ import annotations

# Importing a family's file registers it.
from mtsum.engines.families import bart, m2m100, madlad, marian, mbart, nllb, pegasus, t5
from mtsum.engines.families.base import Family, family_class, known_families, register

__all__ = [
    "Family",
    "bart",
    "family_class",
    "known_families",
    "m2m100",
    "madlad",
    "marian",
    "mbart",
    "nllb",
    "pegasus",
    "register",
    "t5",
]
