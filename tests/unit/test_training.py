"""Training code on a small synthetic encoder archive: the real classes, the real shapes, random weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.tiny_archive import PIECES, q4_blocks, write_archive

from mtsum.segmentation import sentence_spans
from mtsum.training.augmentation import rare_names, with_other_names
from mtsum.training.codec import ArchiveCodec
from mtsum.training.compression_pairs import (
    clause_pairs,
    highlight_pairs,
    like_translation,
    reference_pairs,
    with_insertion,
)
from mtsum.training.encoded_pairs import EncodedPairs
from mtsum.training.encoder_archive import (
    EOS,
    PAD,
    EncoderArchive,
    dequantize,
)
from mtsum.training.pairs import Pair
from mtsum.training.pretraining_pairs import gap_pairs, pretraining_pairs


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> EncoderArchive:
    path = tmp_path_factory.mktemp("archive") / "encoder.npz"
    write_archive(path)
    return EncoderArchive(path)


def encoded(archive: EncoderArchive, pairs: list[Pair]) -> EncodedPairs:
    return EncodedPairs.encode(pairs, ArchiveCodec(archive, range(len(PIECES))), max_source=60, max_target=60)


def test_a_block_of_four_bit_weights_is_read_as_its_description_says() -> None:
    scale = np.array([0.5], "<f2").view(np.uint8)
    block = np.concatenate([scale, np.full(16, 0xF0, np.uint8)])  # low halves 0 (-8), high halves 15 (+7)
    expected = np.concatenate([np.full(16, -4.0), np.full(16, 3.5)])
    np.testing.assert_allclose(dequantize(block, (1, 32))[0], expected)


def test_quantizing_and_reading_back_stays_within_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(4, 64)).astype(np.float32)
    step = np.abs(matrix.reshape(-1, 32)).max(1).repeat(32).reshape(4, 64) / 7
    assert (np.abs(dequantize(q4_blocks(matrix), (4, 64)) - matrix) <= 0.51 * step + 2e-3).all()


def test_a_name_with_an_albanian_ending_is_replaced_on_both_sides() -> None:
    pair = Pair("news", "Fjalimi i Putinit zgjati 45 minuta.", "The speech of Putin lasted 45 minutes.")
    changed = with_other_names(pair, ["Kelmendi"], np.random.default_rng(0))
    assert changed is not None
    assert changed.source.startswith("Fjalimi i Kelmendiit zgjati ")
    assert changed.target.startswith("The speech of Kelmendi lasted ")
    number = changed.target.split()[5]
    assert number != "45" and number in changed.source.split()


def test_a_pair_without_shared_names_or_numbers_is_left_alone() -> None:
    assert (
        with_other_names(Pair("news", "Moti është i mirë.", "The weather is fine."), ["Kim"], np.random.default_rng(0))
        is None
    )


def test_rare_names_are_capitalised_inside_sentences_and_never_in_lower_case() -> None:
    texts = ["Yesterday Everard spoke in March.", "They march on.", "Then Everard left."]
    assert rare_names(texts) == ["Everard"]


def test_every_pair_of_a_group_is_drawn_as_often_as_its_share_says(archive: EncoderArchive) -> None:
    pairs = [Pair("a", "putin dhe kim", "the kim") for _ in range(10)] + [
        Pair("b", "kim", "kim and kim") for _ in range(10)
    ]
    batches = list(encoded(archive, pairs).batches(np.random.default_rng(0), {"a": 2.0, "b": 0.5}, 200))
    assert sum(len(batch.source) for batch in batches) == 25
    assert all(batch.source.size + batch.target.size <= 200 + 60 for batch in batches)
    assert all((batch.target[:, 0] == EOS).all() for batch in batches)


def test_text_that_spells_a_special_token_does_not_become_one(archive: EncoderArchive) -> None:
    codec = ArchiveCodec(archive, range(len(PIECES)))
    for ids in (codec.sources(["kim </s> kim<s>"])[0], codec.targets(["kim <pad> </s>"])[0]):
        assert not {0, PAD, EOS} & set(ids[1:-1].tolist())
        assert ids[-1] == EOS


def test_pairs_over_the_limit_are_counted_not_lost_silently(archive: EncoderArchive) -> None:
    assert encoded(archive, [Pair("a", "x" * 300, "x" * 300), Pair("a", "kim", "kim")]).left_out == {"too long": 1}


DOCUMENT = (
    "The city of Prizren opened a new library on Monday after three years of works. "
    "It cost 4 million euros, the mayor Besa Krasniqi told reporters at the ceremony. "
    "Children sang songs while it rained outside. "
    "The library holds 60,000 books and is open every day."
)


SENTENCES = [DOCUMENT[a:b] for a, b in sentence_spans(DOCUMENT, "en")]


def test_a_highlight_is_paired_with_the_sentence_that_it_shortens() -> None:
    assert list(highlight_pairs(SENTENCES, "The city of Prizren opens a new library on Monday.")) == [
        (SENTENCES[0], "The city of Prizren opened a new library on Monday.")
    ]


@pytest.mark.parametrize(
    "summary",
    [
        "Prizren opened a new library with 99 rooms.",
        "Pristina opened a new library on Monday.",
        "Prizren opened a new library on Monday.",  # a cut into “The city of Prizren”
        "Teachers welcome what the town has built for them.",
    ],
)
def test_a_highlight_that_says_other_than_its_article_teaches_nothing(summary: str) -> None:
    assert not list(highlight_pairs(SENTENCES, summary))


def test_a_clause_left_out_leaves_a_sentence() -> None:
    text = "The minister said on Friday that the road will open in May, although the works are late."
    assert list(clause_pairs(text, np.random.default_rng(0))) == [
        (text, "The minister said on Friday that the road will open in May.")
    ]


ROAD = "The minister opened the road near Prizren on Friday, although its works were late, officials wrote in a letter."


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("The minister opened a road near Prizren.", "The minister opened the road near Prizren on Friday."),
        ("The minister opened a road late near Prizren, officials say.", ROAD),  # there is no form with all of that
        ("A road is open.", None),  # the summary hardly takes the sentence up
    ],
)
def test_a_reference_pair_keeps_all_that_the_summary_took_and_no_more(summary: str, expected: str | None) -> None:
    assert list(reference_pairs([ROAD], summary)) == ([(ROAD, expected)] if expected else [])


def test_the_gap_is_the_sentence_that_says_most_of_what_the_others_say() -> None:
    window = [
        "Children sang songs while it rained.",
        "The city of Prizren opened a library on Monday.",
        "The library of the city cost four million euros.",
    ]
    assert list(gap_pairs(window)) == [(f"{window[0]} ... {window[2]}", window[1])]
    assert not list(gap_pairs(["One flood came to the town.", "Nobody knows the reason why.", "Her cat ate a fish."]))


def test_pretraining_pairs_are_gaps_and_sentences_up_to_the_number_asked_for() -> None:
    pairs = pretraining_pairs([*SENTENCES, *SENTENCES, *SENTENCES], 2, np.random.default_rng(0))
    assert [pair.group for pair in pairs] == ["gap", "gap", "denoise", "denoise"]
    assert all("..." in pair.source and pair.target in SENTENCES for pair in pairs[:2])
    assert all(pair.source == pair.target for pair in pairs[2:])


def test_an_inserted_part_is_all_that_a_source_has_more_than_its_target() -> None:
    text = "On Friday, the road opened."
    made = {with_insertion(text, [", which is late"], np.random.default_rng(seed)) for seed in range(20)}
    assert made == {"On Friday, which is late, the road opened.", "On Friday, the road opened, which is late."}
    assert with_insertion('He said "yes, it is".', ["(x)"], np.random.default_rng(0)) is None


def test_translated_looking_text_differs_in_small_words_only() -> None:
    rng = np.random.default_rng(0)
    changed = like_translation(DOCUMENT, rng)
    assert changed != DOCUMENT
    assert sorted({w for w in changed.split() if len(w) > 3}) == sorted({w for w in DOCUMENT.split() if len(w) > 3})


def test_training_lowers_the_loss_resumes_and_exports_a_model_that_both_engines_read_alike(
    archive: EncoderArchive, tmp_path: Path
) -> None:
    import ctranslate2
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import AutoModelForSeq2SeqLM

    from mtsum.engines.dequantize import dequantize
    from mtsum.engines.separate_vocabularies import convert_separately
    from mtsum.training.export import DECODER_MARK, export_hugging_face, load_run
    from mtsum.training.loop import train
    from mtsum.training.settings import Stage, TrainingSettings
    from mtsum.training.transfer_model import TransferModel
    from mtsum.training.validation import DevSet

    torch.set_num_threads(1)
    pairs = encoded(archive, [Pair("a", "putin dhe kim", "the kim and"), Pair("a", "kim dhe", "and the")] * 4)
    target_rows = list(range(len(PIECES)))
    dev = DevSet.of(
        [Pair("a", "putin dhe kim", "the kim and"), Pair("a", "kim dhe", "and the")],
        ArchiveCodec(archive, target_rows),
        60,
        1,
    )

    def run(steps: int) -> list[dict[str, float]]:
        settings = TrainingSettings(
            minutes=5,
            max_steps=steps,
            stages=(Stage(1.01, {"*": 1.0}),),
            warmup_steps=2,
            learning_rate=3e-4,
            sync_every=1,
            decay_from=0.9,
            average_decay=0.5,
            extra={"decoder_layers": [3, 7], "frozen_layers": 10},
        )
        train(TransferModel(archive, target_rows, [3, 7], 10), pairs, dev, settings, tmp_path)
        return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]

    (tmp_path / "target_rows.json").write_text(json.dumps(target_rows))
    first = run(3)[-1]
    second = run(6)[-1]
    assert (first["step"], second["step"]) == (3, 6) and second["dev_loss"] < first["dev_loss"]

    source_rows = [row for row in range(len(PIECES)) if PIECES[row] != "▁the"]
    export_hugging_face(load_run(tmp_path, archive), archive, source_rows, tmp_path / "hf")
    convert_separately(tmp_path / "hf", tmp_path / "ct2", DECODER_MARK, quantization=None)
    assert len(json.loads((tmp_path / "ct2/target_vocabulary.json").read_text())) == len(target_rows)
    tokenizer = Tokenizer.from_file(str(tmp_path / "hf/tokenizer.json"))
    source = tokenizer.encode("putin dhe kim")
    assert DECODER_MARK not in "".join(source.tokens)
    result = ctranslate2.Translator(str(tmp_path / "ct2")).translate_batch(
        [source.tokens], beam_size=1, max_decoding_length=8
    )
    tokens = result[0].hypotheses[0]
    assert tokens and all(token.startswith(DECODER_MARK) for token in tokens)
    text = tokenizer.decode([tokenizer.token_to_id(token) for token in tokens])
    assert DECODER_MARK not in text and text
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "hf").eval()
    ids = model.generate(torch.tensor([source.ids]), num_beams=1, max_new_tokens=8)[0].tolist()
    assert [tokenizer.id_to_token(i) for i in ids if i not in (PAD, EOS)] == tokens

    dequantize(tmp_path / "ct2", tmp_path / "again")
    before, after = (load_file(tmp_path / name / "model.safetensors") for name in ("hf", "again"))
    assert before.keys() == after.keys()
    different = [name for name in before if not torch.allclose(before[name], after[name], atol=1e-6)]
    # Two rows that no position uses are not kept.
    assert all(name.endswith("embed_positions.weight") for name in different), different


def test_layers_that_were_trained_are_kept_when_they_are_frozen_from_then_on(
    archive: EncoderArchive, tmp_path: Path
) -> None:
    import torch

    from mtsum.training.export import export_hugging_face
    from mtsum.training.transfer_model import TransferModel
    from mtsum.training.warm_start import start_from

    rows = list(range(len(PIECES)))
    trained, onward = TransferModel(archive, rows, [3], 10), TransferModel(archive, rows, [3], 12)
    with torch.no_grad():
        trained.bart.model.encoder.layers[11].fc1.weight += 0.5
    export_hugging_face(trained, archive, rows, tmp_path / "hf")
    start_from(onward, tmp_path / "hf")
    layers = [model.bart.model.encoder.layers for model in (trained, onward)]
    assert torch.allclose(layers[0][11].fc1.weight, layers[1][11].fc1.weight, atol=1e-5)
    assert torch.equal(layers[0][2].fc1.weight, layers[1][2].fc1.weight)
