"""Training data: TSV files, groups, encoding and its cache, and that what is learnt is what inference reads."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import ALBANIAN, ENGLISH
from support.tiny_models import TINY_MODELS

from mtsum.engines import Engine, GenerationSettings
from mtsum.errors import InputError, UsageError
from mtsum.registry import entry_of_directory
from mtsum.training.encoded_pairs import EncodedPairs, Rows, pad
from mtsum.training.family_codec import FamilyCodec
from mtsum.training.pairs import Pair, groups_without, read_tsv
from mtsum.training.preparation import Encoded, TrainFile, cached, read_dev, train_files


class Letters:
    """A codec of one id a letter: ``[1, ids..., 2]`` on both sides, 3 unknown, 0 padding."""

    padding, unknown = 0, 3

    def sources(self, texts: list[str]) -> list[np.ndarray]:
        return [np.array([1, *(ord(c) for c in text), 2], np.int32) for text in texts]

    targets = sources

    def text(self, ids: list[int]) -> str:
        return "".join(chr(number) for number in ids if number > 3)


def encode(pairs: list[Pair], most: int = 50) -> EncodedPairs:
    return EncodedPairs.encode(pairs, Letters(), most, most)


def test_every_bad_line_is_named_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes("a\tb\n\nonly one\nx\ty\tz\n\tempty\nç\të\n".encode() + b"\xff\tb\n" + b"c\td\r\n" * 9)
    pairs, bad = read_tsv(path, "own")
    assert (pairs[0], pairs[1], len(pairs)) == (Pair("own", "a", "b"), Pair("own", "ç", "ë"), 11)
    assert [line.where for line in bad] == [f"{path}:{number}" for number in (2, 3, 4, 5, 7)]
    assert [line.problem.split(":")[0] for line in bad[1:]] == [
        "1 columns, not 2",
        "3 columns, not 2",
        "an empty source",
        "not UTF-8",
    ]


def test_a_packed_file_is_read_as_a_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress(b"a\tb\n"))
    assert read_tsv(path, "own")[0] == [Pair("own", "a", "b")]


@pytest.mark.parametrize("content", ["one column\nand another\na\tb\n", ""])
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(content)
    with pytest.raises(InputError, match="source<TAB>target"):
        read_tsv(path, "own")


def test_a_dev_file_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "dev.tsv"
    path.write_text("a\tb\nc\td\nno tab\n")
    with pytest.raises(InputError, match=r"dev\.tsv:3"):
        read_dev(path)


def test_weights_of_files_are_read_and_equal_names_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("news.tsv", "b/news.tsv", "web.tsv.gz", "odd:2.tsv"):
        (tmp_path / name).write_text("a\tb\n")
    found = train_files([f"{tmp_path}/{n}" for n in ("news.tsv:2.5", "b/news.tsv", "web.tsv.gz", "odd:2.tsv")])
    assert [file.weight for file in found] == [2.5, 1.0, 1.0, 1.0]
    assert len({file.group for file in found}) == 4
    assert found[2] == TrainFile(tmp_path / "web.tsv.gz", "web", 1.0)
    for wrong in ("none.tsv", "news.tsv:many", "news.tsv:-1"):
        with pytest.raises(UsageError):
            train_files([f"{tmp_path}/{wrong}"])


def test_what_was_made_from_a_group_goes_with_it() -> None:
    groups = ["news", "tatoeba", "names/news", "names/denoise", "denoise", "l10n_short", "l10n_www-l10n", "dict"]
    assert groups_without(groups, ["xx"]) == {"names/denoise", "denoise", "l10n_short", "l10n_www-l10n", "dict"}
    assert groups_without(groups, ["names", "l10n"]) == {"news", "tatoeba", "denoise", "dict"}
    with pytest.raises(UsageError, match="tatoeba"):
        groups_without(groups, ["bible"])


def test_made_pairs_are_weighed_by_the_name_before_the_slash() -> None:
    pairs = encode([Pair("names/news", "abc", "abc")] * 10 + [Pair("news", "abc", "abc")] * 10)
    batches = list(pairs.batches(np.random.default_rng(0), {"names": 0.5, "news": 1.0}, 100))
    assert sum(len(batch.source) for batch in batches) == 15


def test_a_mixture_that_draws_nothing_is_an_error() -> None:
    with pytest.raises(UsageError, match="raise a weight"):
        list(encode([Pair("a", "abc", "abc")]).batches(np.random.default_rng(0), {"a": 0.0}, 100))


def test_left_out_pairs_are_counted_by_reason() -> None:
    pairs = [Pair("a", *sides) for sides in (("x" * 60, "y"), ("", "y"), ("x", "y" * 40), ("x", "y"))]
    assert encode(pairs).left_out == {"too long": 1, "empty": 1, "unlike lengths": 1}
    with pytest.raises(InputError, match="none of the 1 pairs"):
        encode(pairs[:1])


texts = st.text("abcdefgh", min_size=1, max_size=20)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c/a"]), texts, texts), min_size=1, max_size=30), st.integers(1, 99)
)
def test_saved_pairs_come_back_and_each_is_drawn_once(tmp_path_factory, rows: list, seed: int) -> None:
    pairs = [Pair(*row) for row in rows if len(row[2]) + 2 < 3 * (len(row[1]) + 2) + 8]
    if not pairs:
        return
    path = tmp_path_factory.mktemp("pairs") / "pairs.npz"
    before = encode(pairs)
    before.save(path)
    after = EncodedPairs.load(path)
    assert (after.left_out, after.characters, after.padding) == (before.left_out, before.characters, 0)
    assert {name: rows.tolist() for name, rows in after.groups.items()} == {
        name: rows.tolist() for name, rows in before.groups.items()
    }
    drawn = [
        (Letters().text(source), Letters().text(target))
        for batch in after.batches(np.random.default_rng(seed), {"*": 1.0}, 120)
        for source, target in zip(batch.source.tolist(), batch.target.tolist(), strict=True)
    ]
    assert sorted(drawn) == sorted((pair.source, pair.target) for pair in pairs)


def test_rows_of_a_flat_array_are_the_rows_it_was_made_of() -> None:
    rows = [np.arange(n, dtype=np.int32) for n in (3, 1, 5)]
    flat = Rows.of(rows)
    assert [flat[at].tolist() for at in range(len(flat))] == [row.tolist() for row in rows]
    assert pad([rows[0], rows[1]], 9).tolist() == [[0, 1, 2], [0, 9, 9]]


def test_encoding_is_done_once_for_the_same_files_and_settings(tmp_path: Path) -> None:
    made = []

    def make() -> Encoded:
        made.append(1)
        return Encoded(encode([Pair("a", "abc", "abd")]), [], {"target_rows": [1, 2]})

    for key in ({"vocabulary": 1}, {"vocabulary": 1}, {"vocabulary": 2}):
        encoded = cached(tmp_path / "cache", key, make)
        assert encoded.tables == {"target_rows": [1, 2]} and encoded.pairs.sources[0].tolist() == [1, 97, 98, 99, 2]
    assert len(made) == 2


FAMILIES = {"marian": ("sq", "en"), "nllb": ("sq", "en"), "m2m100": ("sq", "en"), "mbart": ("mk", "en")} | {
    "t5": ("sq", "en"),
    "madlad": ("sq", "en"),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_loss_of_a_hypothesis_is_the_score_that_the_engine_gave_it(
    name: str, tiny_model: Callable[[str], Path], tiny_engine: Callable[..., Engine]
) -> None:
    import torch

    from mtsum.training.fine_tuning import FineTunedModel

    directory = tiny_model(name)
    entry = entry_of_directory(directory, "translation")
    source, target = FAMILIES[name]
    codec = FamilyCodec(directory, entry, source, target)
    model = FineTunedModel(directory, codec).eval()
    if name == "t5":  # the tiny engine of this family is bound to no languages; its prefix differs with them
        codec.family.source_code = codec.family.target_code = None
    engine = tiny_engine(name, "transformers")
    texts = list(ALBANIAN[:4])
    found = engine.generate(texts, GenerationSettings(beam_size=1, max_new_tokens=24))
    given = codec.sources(texts)
    assert [len(ids) for ids in given] == [hypothesis.n_in for hypothesis in found]
    with torch.no_grad():
        generated = model.translate(torch.from_numpy(pad(given, codec.padding)), beam=1)
        for ids, tokens, hypothesis in zip(given, generated, found, strict=True):
            tokens = tokens[: hypothesis.n_out]  # random weights seldom end; then the limits cut at different places
            end = [codec.end] if hypothesis.stop_reason == "eos" else []
            assert codec.text(tokens) == hypothesis.text
            row = np.concatenate([codec.targets([""])[0][:-1], tokens, end]).astype(np.int64)
            loss, count = model.loss(
                torch.from_numpy(ids[None].astype(np.int64)), torch.from_numpy(row[None]), False, 0.0
            )
            assert count == hypothesis.n_out + len(end)
            # The engine spreads what padding (and an end at once) would have over the other tokens: a little.
            assert -0.001 < float(loss) + hypothesis.score < 0.12


@pytest.mark.parametrize("name", FAMILIES)
def test_encoded_targets_are_the_text_that_they_decode_to(name: str, tiny_model: Callable[[str], Path]) -> None:
    directory = tiny_model(name)
    codec = FamilyCodec(directory, entry_of_directory(directory, "translation"), *FAMILIES[name])
    for text, ids in zip(ENGLISH[:6], codec.targets(ENGLISH[:6]), strict=True):
        assert ids[0] == codec.start and ids[-1] == codec.end
        assert codec.text(ids[1 + codec.forced :].tolist()) == text


def test_every_trained_parameter_is_in_one_group_and_padding_keeps_its_row(tiny_model: Callable[[str], Path]) -> None:
    import torch

    from mtsum.training.fine_tuning import FineTunedModel
    from mtsum.training.settings import TrainingSettings

    directory = tiny_model("marian")
    codec = FamilyCodec(directory, entry_of_directory(directory, "translation"), "sq", "en")
    model = FineTunedModel(directory, codec, frozen_layers=1)
    trained = model.trained()
    assert len({id(p) for p in trained}) == len(trained)
    assert {id(p) for p in trained} == {id(p) for p in model.parameters() if p.requires_grad}
    assert not any(p.requires_grad for p in model.model.get_encoder().layers[0].parameters())
    optimizer = model.optimizer(TrainingSettings(stages=(), max_steps=1))
    source, target = (
        torch.from_numpy(pad(rows, codec.padding)) for rows in (codec.sources(["po"]), codec.targets(["x"]))
    )
    before = model.model.get_input_embeddings().weight.detach().clone()
    model.loss(source, target, True, 0.1)[0].backward()
    optimizer.step()
    after = model.model.get_input_embeddings().weight
    assert torch.equal(after[codec.padding], torch.zeros(after.shape[1]))
    assert not torch.equal(after, before)


def test_a_converted_model_cannot_be_fine_tuned(converted_model: Callable[..., Path]) -> None:
    directory = converted_model("marian")
    with pytest.raises(UsageError, match="Hugging Face directory"):
        FamilyCodec(directory, entry_of_directory(directory, "translation"), "sq", "en")


def test_tiny_models_of_all_families_that_translate_are_tried() -> None:
    translate = {name for name, tiny in TINY_MODELS.items() if tiny.family in ("marian", "nllb", "m2m100", "mbart")}
    assert translate <= set(itertools.chain(FAMILIES))
