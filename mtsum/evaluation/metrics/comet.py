"""COMET (Rei et al., 2020, https://aclanthology.org/2020.emnlp-main.213/), by the package ``unbabel-comet``.

That package needs a transformers before 5 and a numpy before 2, so it cannot live in mtsum's environment: it runs in one of
its own, as a process that gets the texts and gives the scores (``comet_process.py``).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mtsum.errors import ModelBroken, UsageError
from mtsum.evaluation.metrics.base import MeanMetric, MetricOptions, Signature
from mtsum.evaluation.metrics.checkpoints import checkpoint_digest, find_checkpoint

DEFAULT_CHECKPOINT = "Unbabel/wmt22-comet-da"
PYTHON_VARIABLE = "MTSUM_COMET_PYTHON"
_PROCESS = Path(__file__).with_name("comet_process.py")
_HOW_TO_INSTALL = (
    "COMET needs an environment of its own, since unbabel-comet does not work with transformers 5: python -m venv comet-env, "
    f"comet-env/bin/pip install unbabel-comet 'setuptools<81', then set {PYTHON_VARIABLE}=comet-env/bin/python "
    "(pip install 'mtsum[comet]' gives BERTScore alone)"
)


def comet(options: MetricOptions) -> Comet:
    """COMET by ``options.comet_checkpoint``. Raises ``UsageError`` where no interpreter that has it is named."""
    python = options.comet_python or os.environ.get(PYTHON_VARIABLE)
    if not python:
        raise UsageError(_HOW_TO_INSTALL)
    name = options.comet_checkpoint or DEFAULT_CHECKPOINT
    checkpoint = _checkpoint_file(name, find_checkpoint(name))
    kind = CometWithoutReference if _is_referenceless(checkpoint) else Comet
    return kind(name, checkpoint, python)


def _checkpoint_file(name: str, found: Path) -> Path:
    """``checkpoints/NAME.ckpt`` of a downloaded model, or the file itself."""
    candidates = [found] if found.is_file() else sorted((found / "checkpoints").glob("*.ckpt"))
    if len(candidates) != 1:
        raise ModelBroken(f"{name} holds {len(candidates)} checkpoints/*.ckpt files; there should be one")
    if not _settings_file(candidates[0]).is_file():
        raise ModelBroken(f"{name} has no {_settings_file(candidates[0])}, which says what kind of COMET it is")
    return candidates[0]


def _settings_file(checkpoint: Path) -> Path:
    return checkpoint.parents[1] / "hparams.yaml"


def _is_referenceless(checkpoint: Path) -> bool:
    import yaml

    settings = yaml.safe_load(_settings_file(checkpoint).read_text(encoding="utf-8"))
    kind = str(settings.get("class_identifier", ""))
    return kind == "referenceless_regression_metric" or "ref" not in settings.get("input_segments", ["ref"])


class Comet(MeanMetric):
    """100 times the mean of a COMET model's scores of the segments; against one reference.

    ``checkpoint`` is the ``.ckpt`` file, ``python`` the interpreter that has ``unbabel-comet``. The encoder that the
    checkpoint names must be in that environment's Hugging Face cache: no socket is opened.
    """

    name = "COMET"
    needs_source = True

    def __init__(self, name: str, checkpoint: Path, python: str) -> None:
        self._name = name
        self._file = checkpoint
        self._python = python

    @cached_property
    def _version(self) -> str:
        return str(self._answer({"samples": None})["version"])

    def signature(self, references: int) -> Signature:
        """Checkpoint with a digest of its weights, and the package's version: another is on another scale."""
        digest = checkpoint_digest([self._file, _settings_file(self._file)])
        named = f"{Path(self._name).name}-{digest}"
        return Signature((("nrefs", str(references)), ("checkpoint", named), ("version", self._version)))

    def values(
        self, hypotheses: Sequence[str], references: Sequence[Sequence[str]], sources: Sequence[str] | None = None
    ) -> np.ndarray:
        """100 times each segment's score, [segments]. Raises ``UsageError`` where sources or the reference lack."""
        if sources is None:
            raise UsageError("COMET reads the source beside the translation: give the sources")
        samples = [{"src": source, "mt": text} for source, text in zip(sources, hypotheses, strict=True)]
        if self.needs_reference:
            if len(references) != 1:
                raise UsageError(f"COMET takes one reference a segment, not {len(references)}")
            samples = [{**sample, "ref": reference} for sample, reference in zip(samples, references[0], strict=True)]
        if not samples:
            return np.zeros(0)
        return 100 * np.asarray(self._answer({"samples": samples})["scores"], dtype=np.float64)

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the process in the other environment answers. Raises ``UsageError`` or ``ModelBroken``."""
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        try:
            done = subprocess.run(
                [self._python, str(_PROCESS)],
                input=json.dumps({**question, "checkpoint": str(self._file.resolve())}),
                env={**environment, "HF_HUB_OFFLINE": "1"},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
        except OSError as error:
            raise UsageError(f"{self._python} cannot be run: {error}. {_HOW_TO_INSTALL}") from error
        answer: dict[str, Any] = {}
        if done.returncode == 0:
            answer = json.loads(done.stdout)
        if answer.get("missing"):
            raise UsageError(f"{self._python} has no unbabel-comet ({answer['missing']}). {_HOW_TO_INSTALL}")
        if not answer:
            said = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit status {done.returncode}"]
            raise ModelBroken(f"COMET failed with {self._name}: {said[-1].strip()}")
        return answer


class CometWithoutReference(Comet):
    """A COMET model that judges a translation by its source alone (COMET-QE, CometKiwi)."""

    needs_reference = False
