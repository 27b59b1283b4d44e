"""The contestants that need packages which mtsum does not: argos-translate and EasyNMT, on the same weights.

This module imports nothing of mtsum: EasyNMT needs transformers 4, so it runs in an environment of its own.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from speed.job import CannotRun, Contestant, Job


def installed_version(package: str) -> str:
    """The version of an installed package. Raises ``CannotRun`` where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        raise CannotRun("not installed") from None


class OneSentence:
    """A splitter for argos-translate that leaves a sentence whole: the lines it gets are sentences."""

    def split_sentences(self, text: str) -> list[str]:
        """The text itself."""
        return [text]


class OfLength:
    """A CTranslate2 translator for argos-translate, which has no setting for the length of a translation."""

    def __init__(self, translator: Any, job: Job) -> None:
        self._translator = translator
        limit = job.decode_length or job.limit
        self._limits = {"max_decoding_length": limit, "min_decoding_length": max(1, (job.decode_length or 0) - 1)}

    def translate_batch(self, tokens: list[list[str]], **options: Any) -> Any:
        """``translate_batch`` with the limits."""
        return self._translator.translate_batch(tokens, **options, **self._limits)


class Argos(Contestant):
    """argos-translate on a package made of the converted weights and the source's sentencepiece model.

    It takes a text of one sentence a line, and translates a line at a time; its length penalty is always 0.2.
    """

    def __init__(self, job: Job) -> None:
        self.version = installed_version("argostranslate")
        sentencepiece = Path(job.hugging_face) / "source.spm"
        if not sentencepiece.is_file():
            raise CannotRun("cannot run: its packages hold a sentencepiece model, and this model has a tokenizer.json")
        place = Path(job.place)
        os.environ |= {
            "XDG_DATA_HOME": str(place / "data"),
            "XDG_CONFIG_HOME": str(place / "config"),
            "XDG_CACHE_HOME": str(place / "cache"),
            "ARGOS_DEVICE_TYPE": job.device,
            "ARGOS_INTRA_THREADS": str(job.threads),
            "ARGOS_COMPUTE_TYPE": job.precision,
            "ARGOS_BEAM_SIZE": str(job.beam),
            "ARGOS_BATCH_SIZE": str(job.batch_tokens),
            # The splitter that argos-translate makes at first is put aside below; this one needs no download for that.
            "ARGOS_CHUNK_TYPE": "STANZA",
        }
        import ctranslate2
        from argostranslate.package import Package
        from argostranslate.translate import Language, PackageTranslation

        package = _argos_package(place / "package", Path(job.converted), sentencepiece)
        self._translation = PackageTranslation(Language("sq", "Albanian"), Language("en", "English"), Package(package))
        self._translation.sentencizer = OneSentence()
        self._translation.translator = OfLength(
            ctranslate2.Translator(
                str(package / "model"),
                device=job.device,
                compute_type=job.precision,
                inter_threads=1,
                intra_threads=job.threads,
            ),
            job,
        )

    def translate(self, prepared: list[str]) -> list[str]:
        """One text of a line each."""
        text: str = self._translation.hypotheses("\n".join(prepared), 1)[0].value
        return [line.strip() for line in text.split("\n")]


def _argos_package(package: Path, converted: Path, sentencepiece: Path) -> Path:
    model = package / "model"
    model.mkdir(parents=True)
    for file in converted.iterdir():
        if file.name != "config.json":
            (model / file.name).symlink_to(file.resolve())
    # argos-translate gives the model a sentence's pieces alone; CTranslate2 then has to add the end token.
    config = json.loads((converted / "config.json").read_text(encoding="utf-8")) | {"add_source_eos": True}
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (package / "sentencepiece.model").symlink_to(sentencepiece.resolve())
    described = {"from_code": "sq", "from_name": "Albanian", "to_code": "en", "to_name": "English"}
    metadata = {"package_version": "1.0", "argos_version": "1.0", **described}
    (package / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return package


class EasyNmt(Contestant):
    """EasyNMT's ``AutoModel`` on the Hugging Face weights; it sorts by length and batches itself."""

    def __init__(self, job: Job) -> None:
        self.version = installed_version("EasyNMT")
        import torch
        from easynmt import EasyNMT

        torch.set_num_threads(job.threads)
        place = Path(job.place) / "easynmt"
        place.mkdir()
        description = {
            "model_class": "easynmt.models.AutoModel",
            # A BART's tokenizer would also give token types, which its generate() takes no more.
            "model_args": {
                "model_name": job.hugging_face,
                "tokenizer_args": {"model_input_names": ["input_ids", "attention_mask"]},
            },
            "lang_pairs": ["sq-en"],
        }
        (place / "easynmt.json").write_text(json.dumps(description), encoding="utf-8")
        self._model = EasyNMT(str(place), device=job.device)
        if job.device != "cpu" and job.precision == "float16":
            self._model.translator.model.half()
        self._job = job

    def translate(self, prepared: list[str]) -> list[str]:
        """One call."""
        limit = self._job.decode_length or self._job.limit
        widest = max(len(sentence.split()) for sentence in prepared) * 2
        found: list[str] = self._model.translate(
            prepared,
            source_lang="sq",
            target_lang="en",
            beam_size=self._job.beam,
            batch_size=max(1, self._job.batch_tokens // widest),
            perform_sentence_splitting=False,
            max_new_tokens=limit,
            min_new_tokens=max(1, (self._job.decode_length or 0) - 1),
            early_stopping=self._job.beam > 1,
        )
        return [text.strip() for text in found]
