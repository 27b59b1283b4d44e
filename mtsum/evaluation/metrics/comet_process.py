"""Run by ``comet.py`` under an interpreter that has ``unbabel-comet``; imports nothing of mtsum.

One JSON object on stdin, ``{"checkpoint", "samples"}``, and one on stdout: ``{"version", "scores"}``, or ``{"missing"}``
with the reason where the package cannot be imported. Where ``samples`` is null only the version is told.
"""

from __future__ import annotations

import json
import os
import sys

_BATCH = 16


def main() -> None:
    """Answer one question."""
    # Lightning prints to stdout as it likes: its prints must not stand before the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # This file's own directory is searched first, and holds a comet.py which is not the package.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path = [place for place in sys.path if os.path.abspath(place or ".") != here]
    question = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    json.dump(answer(question), answers)
    answers.flush()


def answer(question: dict) -> dict:
    """The version, and the scores of the samples."""
    try:
        from importlib.metadata import version

        import comet
        import torch
    except ImportError as error:
        return {"missing": str(error)}
    if question["samples"] is None:
        return {"version": version("unbabel-comet")}
    model = comet.load_from_checkpoint(question["checkpoint"], local_files_only=True)
    gpus = 1 if torch.cuda.is_available() else 0
    predicted = model.predict(question["samples"], batch_size=_BATCH, gpus=gpus, num_workers=0, progress_bar=False)
    return {"version": version("unbabel-comet"), "scores": [float(score) for score in predicted.scores]}


if __name__ == "__main__":
    main()
