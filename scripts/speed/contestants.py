"""The contestants that run in mtsum's own environment: mtsum, CTranslate2 and transformers."""

from __future__ import annotations

import dataclasses
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mtsum.batching import fitting, generate_in_batches
from mtsum.engines import GenerationSettings, Hypothesis, load_engine
from mtsum.engines.limits import group_by_limit, minimum_new_tokens, new_token_limit
from speed.job import Contestant, Job


def settings_of(job: Job) -> GenerationSettings:
    """Plain beam search, the same for every contestant."""
    if job.decode_length is None:
        return GenerationSettings(beam_size=job.beam)
    return GenerationSettings(beam_size=job.beam, min_new_tokens=job.decode_length, max_new_tokens=job.decode_length)


def engine_of(job: Job) -> Any:
    """mtsum's CTranslate2 engine on the job's weights."""
    return load_engine(
        Path(job.converted), job.family, device=job.device, compute_type=job.precision, threads=job.threads
    )


class Mtsum(Contestant):
    """mtsum's engine and batches: texts in, texts out, no checks."""

    def __init__(self, job: Job) -> None:
        from mtsum import __version__

        self.version = __version__
        self._engine, self._settings, self._batch_tokens = engine_of(job), settings_of(job), job.batch_tokens

    def translate(self, prepared: list[str]) -> list[Hypothesis]:
        """Tokenize, sort, batch, search, decode."""
        return generate_in_batches(self._engine, prepared, self._settings, self._batch_tokens)

    def texts(self, translated: list[Hypothesis]) -> list[str]:
        """The hypotheses' texts."""
        return [each.text for each in translated]


class WholeMtsum(Contestant):
    """mtsum as its command line runs: checks, second tries, stand-ins, the model's own settings."""

    def __init__(self, job: Job) -> None:
        from mtsum import __version__
        from mtsum.loading import EngineChoice, load_translator, model_entry
        from mtsum.reading import article_from_text

        self.version = __version__
        self._article = article_from_text
        choice = EngineChoice(
            engine="ctranslate2", device=job.device, precision=job.precision, beam=job.beam, threads=job.threads
        )
        made = load_translator(model_entry(job.model, "translation"), choice=choice)
        self._translator = dataclasses.replace(made, batching={"token_budget": job.batch_tokens})

    def prepare(self, sentences: list[str]) -> Any:
        """One article a sentence."""
        return [self._article(sentence, "sq", id=str(at)) for at, sentence in enumerate(sentences)]

    def translate(self, prepared: Any) -> Any:
        """Articles to translations."""
        return self._translator.translate(prepared)

    def texts(self, translated: Any) -> list[str]:
        """The translated articles' texts."""
        return [" ".join(each.text.split()) for each in translated]


class RawCTranslate2(Contestant):
    """``translate_batch`` on the tokens that mtsum makes, under the same limits; it sorts and packs them itself.

    Making tokens of texts, and texts of tokens, is not on its clock.
    """

    def __init__(self, job: Job) -> None:
        import ctranslate2

        self.version = ctranslate2.__version__
        self._engine, self._settings, self._batch_tokens = engine_of(job), settings_of(job), job.batch_tokens
        self._translator = ctranslate2.Translator(
            job.converted,
            device=job.device,
            compute_type=self._engine.compute_type,
            inter_threads=1,
            intra_threads=job.threads,
        )

    def prepare(self, sentences: list[str]) -> list[list[str]]:
        """Their tokens."""
        return self._engine.family.encode(sentences)

    def translate(self, prepared: list[list[str]]) -> list[Any]:
        """One call for all sentences of the same limit."""
        results: list[Any] = [None] * len(prepared)
        groups = group_by_limit([len(tokens) for tokens in prepared], self._settings, self._engine.max_target)
        prefix = self._engine.family.prefix
        for limit, members in groups.items():
            found = self._translator.translate_batch(
                [prepared[member] for member in members],
                target_prefix=[prefix] * len(members) if prefix else None,
                beam_size=self._settings.beam_size,
                max_batch_size=self._batch_tokens,
                batch_type="tokens",
                max_input_length=0,
                max_decoding_length=limit + len(prefix),
                min_decoding_length=minimum_new_tokens(self._settings, limit) + len(prefix),
                return_scores=True,
            )
            for member, result in zip(members, found, strict=True):
                results[member] = result
        return results

    def texts(self, translated: list[Any]) -> list[str]:
        """Decoded by mtsum's family."""
        family = self._engine.family
        return [family.decode(each.hypotheses[0][len(family.prefix) :]) for each in translated]


class Transformers(Contestant):
    """``generate`` as its documentation has it, over batches sorted by length, or a sentence at a time."""

    def __init__(self, job: Job, *, batched: bool) -> None:
        import torch
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        self.version = version("transformers")
        torch.set_num_threads(job.threads)
        self._tokenizer = AutoTokenizer.from_pretrained(job.hugging_face, local_files_only=True)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            job.hugging_face, local_files_only=True, dtype=getattr(torch, job.precision)
        )
        self._model: Any = model.to(job.device).eval()
        self._job, self._settings, self._batched = job, settings_of(job), batched

    def translate(self, prepared: list[str]) -> list[str]:
        """Tokenize, sort, batch, ``generate``, decode."""
        lengths = [len(ids) for ids in self._tokenizer(prepared)["input_ids"]]
        waiting = sorted(range(len(prepared)), key=lambda index: -lengths[index])
        texts = [""] * len(prepared)
        while waiting:
            count = fitting(lengths[waiting[0]], len(waiting), self._job.batch_tokens) if self._batched else 1
            batch, waiting = waiting[:count], waiting[count:]
            found = self._generate([prepared[index] for index in batch], lengths[batch[0]])
            for index, text in zip(batch, found, strict=True):
                texts[index] = text
        return texts

    def _generate(self, sentences: list[str], longest: int) -> list[str]:
        import torch

        inputs = self._tokenizer(sentences, padding=True, return_tensors="pt").to(self._job.device)
        limit = new_token_limit(longest, self._settings, self._job.limit)
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                num_beams=self._job.beam,
                do_sample=False,
                max_new_tokens=limit,
                min_new_tokens=minimum_new_tokens(self._settings, limit),
                # CTranslate2 stops as soon as enough hypotheses have ended; without this transformers searches on.
                early_stopping=self._job.beam > 1,
            )
        return [text.strip() for text in self._tokenizer.batch_decode(output, skip_special_tokens=True)]
