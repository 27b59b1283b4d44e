"""The two ways to begin a run: mtsum's own recipe on the encoder's archive, and a Hugging Face model to fine-tune."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtsum.engines.conversion import fingerprint
from mtsum.errors import UsageError
from mtsum.hub import locate
from mtsum.languages import language
from mtsum.loading import model_entry
from mtsum.training.codec import ArchiveCodec
from mtsum.training.encoded_pairs import EncodedPairs
from mtsum.training.encoder_archive import EncoderArchive, unigram_tokenizer
from mtsum.training.family_codec import FamilyCodec
from mtsum.training.pairs import Pair, read_translation_pairs
from mtsum.training.preparation import Encoded, TrainFile, cached, checksums, read_dev, read_train_files
from mtsum.training.recipe import (
    DEV_FILE,
    TRAINING_FILES,
    VOCABULARY_GROUPS,
    fitting_stages,
    own_stages,
    read_recipe_dev,
    recipe_stages,
    with_renamed,
)
from mtsum.training.settings import Stage
from mtsum.training.trainable import Trainable
from mtsum.training.validation import DevSet
from mtsum.training.vocabulary import frequent_pieces, used_rows
from mtsum.training.warm_start import start_from, target_rows_of

_DEV_TOKENS = 200  # longer dev pairs are not in the dev loss
_SHUFFLE_SEED = 0


@dataclass(frozen=True)
class Corpus:
    """What to train on: ``data``, a folder laid out as mtsum's own, and ``files`` of the user; what to validate on.

    ``without`` are groups of pairs to leave out. ``limit`` over 0 keeps so many pairs, to try things out. Pairs of over
    ``max_source`` or ``max_target`` tokens are left out and counted. Encoded pairs are kept in the folder ``cache``.
    """

    data: Path | None
    files: Sequence[TrainFile]
    dev: Path | None
    source: str
    target: str
    cache: Path
    without: Sequence[str] = ()
    limit: int = 0
    max_source: int = 140
    max_target: int = 110

    def __post_init__(self) -> None:
        if self.data is None and not self.files:
            raise UsageError("nothing to train on: give --train FILE.tsv, or --data with mtsum's own training data")
        if self.data is None and self.dev is None:
            raise UsageError("give --dev FILE.tsv, lines of “source<TAB>target” to validate on")
        if self.data is not None and (language(self.source).code, language(self.target).code) != ("sq", "en"):
            raise UsageError(
                "--data holds Albanian and other languages into English; for another pair give --train alone"
            )

    def training_files(self) -> list[Path]:
        """All files that training pairs are read from."""
        own = [self.data / name for name in TRAINING_FILES] if self.data is not None else []
        return own + [file.path for file in self.files]

    def dev_file(self) -> Path:
        """The file that dev pairs are read from."""
        assert self.data is not None or self.dev is not None
        return self.dev or Path(self.data or "") / DEV_FILE

    def dev_pairs(self) -> list[Pair]:
        """The dev pairs: all of the user's file, or the start of the recipe's."""
        return read_dev(self.dev) if self.dev is not None else read_recipe_dev(self.dev_file().parents[2])

    def key(self) -> dict[str, Any]:
        """What the encoded pairs depend on, beside the model."""
        return {
            "sha256": checksums(self.training_files()),
            "recipe": self.data is not None,
            "groups": [file.group for file in self.files],
            "languages": [language(self.source).code, language(self.target).code],
            "limit": self.limit,
            "max_source": self.max_source,
            "max_target": self.max_target,
        }

    def stages(self, begins_trained: bool) -> tuple[Stage, ...]:
        """The run's stages; a group's weight is the file's."""
        weights = {file.group: file.weight for file in self.files}
        made = recipe_stages if self.data is not None else own_stages
        return made(begins_trained, weights)

    def limited(self, pairs: list[Pair]) -> list[Pair]:
        """``pairs`` in another order, the first ``limit`` of them."""
        random.Random(_SHUFFLE_SEED).shuffle(pairs)
        return pairs[: self.limit or None]


@dataclass(frozen=True)
class Start:
    """A run about to begin. ``build`` makes its model; ``extra`` says in config.json what the model and data are."""

    encoded: Encoded
    pairs: EncodedPairs
    dev: DevSet
    build: Callable[[], Trainable]
    stages: tuple[Stage, ...]
    extra: dict[str, Any]
    sums: dict[str, str]


@dataclass(frozen=True)
class ArchiveChoices:
    """The model that is built on the archive. ``vocabulary`` is how many target pieces the decoder gets.

    With ``start_from`` (an exported model of this recipe) weights and vocabulary are that model's.
    """

    archive: Path
    vocabulary: int = 8000
    decoder_layers: Sequence[int] = (3, 7, 11)
    frozen_layers: int = 9
    dropout: float = 0.1
    random_encoder: bool = False
    random_decoder: bool = False
    start_from: Path | None = None


def archive_start(corpus: Corpus, choices: ArchiveChoices, dev_sentences: int) -> Start:
    """Begin mtsum's own recipe. Raises ``UsageError``, ``InputError`` and ``ModelBroken``."""
    archive = EncoderArchive(choices.archive)
    given_rows = target_rows_of(choices.start_from, archive) if choices.start_from else None
    sums = checksums([choices.archive, *corpus.training_files(), corpus.dev_file()])
    vocabulary = given_rows or choices.vocabulary
    key = {"encoder": checksums([choices.archive]), "vocabulary": vocabulary, **corpus.key()}
    encoded = cached(corpus.cache, key, lambda: _encode_for_archive(corpus, archive, vocabulary))
    rows: list[int] = encoded.tables["target_rows"]
    pairs = encoded.pairs.without(corpus.without)
    extra = {
        "kind": "archive",
        "vocabulary": len(rows) if given_rows else choices.vocabulary,
        "decoder_layers": list(choices.decoder_layers),
        "frozen_layers": choices.frozen_layers,
        "dropout": choices.dropout,
        "encoder_init": "random" if choices.random_encoder else "archive",
        "decoder_init": "random" if choices.random_decoder else "archive",
        "start_from": str(choices.start_from) if choices.start_from else None,
        "own_data": corpus.data is None,
        **_about(corpus, pairs),
    }

    def build() -> Trainable:
        from mtsum.training.transfer_model import TransferModel

        model = TransferModel(
            archive,
            rows,
            list(choices.decoder_layers),
            choices.frozen_layers,
            choices.dropout,
            random_encoder=choices.random_encoder,
            random_decoder=choices.random_decoder,
        )
        if choices.start_from:
            start_from(model, choices.start_from)
        return model

    dev = DevSet.of(corpus.dev_pairs(), ArchiveCodec(archive, rows), _DEV_TOKENS, dev_sentences)
    stages = fitting_stages(corpus.stages(choices.start_from is not None), pairs.targets.lengths)
    return Start(encoded, pairs, dev, build, stages, extra, sums)


def _encode_for_archive(corpus: Corpus, archive: EncoderArchive, vocabulary: int | list[int]) -> Encoded:
    """Read and encode; ``vocabulary`` is the decoder's size, or its rows where they are given."""
    own, bad = read_train_files(corpus.files)
    pairs = corpus.limited((read_translation_pairs(corpus.data) if corpus.data is not None else []) + own)
    tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
    tables: dict[str, Any] = {}
    if own:
        # Beside the source's pieces, the target's commoner ones: names in a source are spelled with them too.
        used = {*used_rows(tokenizer, archive.pieces, [pair.source for pair in own], least=1)}
        tables["source_rows"] = sorted(
            used | {*used_rows(tokenizer, archive.pieces, [pair.target for pair in own], least=6)}
        )
    if isinstance(vocabulary, list):
        rows = vocabulary
    else:
        groups = VOCABULARY_GROUPS if corpus.data is not None else {file.group for file in corpus.files}
        texts = [pair.target for pair in pairs if pair.group in groups]
        rows = frequent_pieces(tokenizer, archive.pieces, texts, vocabulary)
    if corpus.data is not None:
        pairs = with_renamed(pairs)
    encoded = EncodedPairs.encode(pairs, ArchiveCodec(archive, rows), corpus.max_source, corpus.max_target)
    return Encoded(encoded, bad, {"target_rows": rows, **tables})


def model_start(
    corpus: Corpus, model: str, frozen_layers: int, dropout: float | None, dev_sentences: int, offline: bool = False
) -> Start:
    """Begin to fine-tune ``model``: an alias, a repository id, or a Hugging Face directory.

    Raises ``UsageError``, ``LanguageUnknown``, ``ModelNotFound``, ``ModelBroken`` and ``InputError``.
    """
    entry = model_entry(model, "translation")
    directory = locate(entry, offline=offline)
    codec = FamilyCodec(directory, entry, corpus.source, corpus.target)
    positions = codec.family.positions()
    if positions is not None and max(corpus.max_source, corpus.max_target) > positions:
        raise UsageError(f"{model} has {positions} positions: --max-source and --max-target can't be over them")
    key = {"model": fingerprint(directory), "family": entry.family, **corpus.key()}

    def encode() -> Encoded:
        own, bad = read_train_files(corpus.files)
        pairs = corpus.limited((read_translation_pairs(corpus.data) if corpus.data is not None else []) + own)
        if corpus.data is not None:
            pairs = with_renamed(pairs)
        return Encoded(EncodedPairs.encode(pairs, codec, corpus.max_source, corpus.max_target), bad)

    encoded = cached(corpus.cache, key, encode)
    pairs = encoded.pairs.without(corpus.without)
    extra = {
        "kind": "model",
        "model": str(directory) if entry.local else entry.alias,
        "directory": str(directory),
        "frozen_layers": frozen_layers,
        "dropout": dropout,
        **_about(corpus, pairs),
    }

    def build() -> Trainable:
        from mtsum.training.fine_tuning import FineTunedModel

        return FineTunedModel(directory, codec, frozen_layers, dropout)

    most = min(_DEV_TOKENS, positions or _DEV_TOKENS)
    dev = DevSet.of(corpus.dev_pairs(), codec, most, dev_sentences)
    sums = checksums([*corpus.training_files(), corpus.dev_file()]) | {"model": key["model"]}
    return Start(encoded, pairs, dev, build, corpus.stages(begins_trained=True), extra, sums)


def _about(corpus: Corpus, pairs: EncodedPairs) -> dict[str, Any]:
    return {
        "source_language": language(corpus.source).code,
        "target_language": language(corpus.target).code,
        "without": sorted(corpus.without),
        "pairs": pairs.drawn(),
        "left_out": sum(pairs.left_out.values()),
    }
