"""``mtsum doctor``."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from mtsum import __version__
from mtsum.errors import MtsumError

_PACKAGES = ("ctranslate2", "tokenizers", "sentencepiece", "transformers", "torch", "huggingface_hub", "click", "rich")
_SENTENCE = "Kryeministri u takua të premten me presidentin në Tiranë."


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``ok``, what was found, and for a failure how to ``mend`` it."""

    name: str
    ok: bool
    text: str
    mend: str = ""


@click.command(
    epilog="""\b
Examples:
  mtsum doctor
  HF_HUB_OFFLINE=1 mtsum doctor
"""
)
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check packages, engines, devices, the default models, folders, and translate one sentence.

    Prints a line for each; what is broken comes with how to mend it, and makes the exit status 1.
    """
    broken = False
    for check in _CHECKS:
        for finding in check():
            broken = broken or not finding.ok
            click.echo(f"{'ok    ' if finding.ok else 'BROKEN'}  {finding.name:<12}  {finding.text}")
            if not finding.ok and finding.mend:
                click.echo(f"{'':<22}to mend: {finding.mend}")
    click.echo("something is broken: see above" if broken else "all is well")
    ctx.exit(1 if broken else 0)


def _versions() -> Iterator[Finding]:
    yield Finding("mtsum", True, f"{__version__}, Python {platform.python_version()} on {platform.platform()}")
    for name in _PACKAGES:
        try:
            yield Finding(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, "is not installed", f"pip install {name}")


def _engines() -> Iterator[Finding]:
    try:
        import ctranslate2
    except ImportError as error:
        yield Finding(
            "engine", False, f"ctranslate2 does not load: {error}", "pip install --force-reinstall ctranslate2"
        )
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    precisions = ", ".join(sorted(ctranslate2.get_supported_compute_types("cpu")))
    yield Finding("cpu", True, f"{cores} cores; {precisions}")
    gpus = ctranslate2.get_cuda_device_count()
    yield Finding("gpu", True, f"{gpus} CUDA device(s)" if gpus else "none that can be used (not needed)")
    # Looked for but not imported: torch takes seconds and the default path does without it.
    if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
        yield Finding("transformers", True, "engine available (--engine transformers)")


def _models() -> Iterator[Finding]:
    from mtsum.hub import locate, verify
    from mtsum.registry import load_registry

    registry = load_registry()
    for task in ("translation", "summarization"):
        entry = registry.default(task)
        try:
            directory = locate(entry, offline=True)
            files = verify(entry)
        except MtsumError as error:
            yield Finding(task, False, str(error), "reinstall mtsum, or restore the folder models/ of the clone")
            continue
        draft = "; a draft" if entry.draft else ""
        yield Finding(task, True, f"{entry.alias}: {files} files verified in {directory}{draft}")


def _folders() -> Iterator[Finding]:
    from mtsum.hub import home, is_offline

    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        yield Finding("cache", True, str(folder))
    except OSError as error:
        yield Finding(
            "cache", False, f"{folder} cannot be written: {error.strerror}", "set MTSUM_HOME to a folder that can be"
        )
    yield Finding("network", True, "off: offline mode is set" if is_offline() else "allowed for `models pull` only")


def _translation() -> Iterator[Finding]:
    from mtsum.loading import EngineChoice, load_translator, model_entry
    from mtsum.reading import article_from_text

    started = time.perf_counter()
    try:
        translator = load_translator(model_entry(None, "translation"), choice=EngineChoice(offline=True))
        loaded = time.perf_counter()
        made = translator.translate([article_from_text(_SENTENCE, "sq")])[0]
    except MtsumError as error:
        yield Finding("trial", False, str(error), "see the lines above")
        return
    ended = time.perf_counter()
    times = f"loaded in {loaded - started:.2f} s, translated in {ended - loaded:.2f} s"
    if not made.text.strip():
        yield Finding("trial", False, f"an empty translation ({times})", "restore the default model's files")
        return
    yield Finding("trial", True, f"{_SENTENCE} -> {made.text.strip()} ({times})")


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (_versions, _engines, _models, _folders, _translation)
