"""The metrics against sacreBLEU's own command line and rouge-score, and what holds for every one of them."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.scoring import FAIR, POOR, REFERENCES, SUMMARIES, lines, sacrebleu, sacrebleu_scores

import mtsum
from mtsum.errors import InputError, UsageError
from mtsum.evaluation.metrics import (
    DEFAULT_METRICS,
    METRICS,
    Metric,
    MetricOptions,
    Signature,
    find_metric,
    find_metrics,
)
from mtsum.evaluation.metrics.rouge import sentence_lines

NAMES = {"BLEU": "BLEU", "chrF": "chrF2", "chrF++": "chrF2++", "TER": "TER"}
words = st.lists(st.sampled_from(["a", "train", "of", "to", "Tirana", ",", "left", ".", "240", "the"]), max_size=8)
texts = st.lists(st.tuples(words, words), min_size=1, max_size=6).map(
    lambda pairs: [(" ".join(hypothesis), " ".join(reference) or "empty") for hypothesis, reference in pairs]
)


@pytest.fixture(scope="module")
def metrics() -> dict[str, Metric]:
    return {metric.name: metric for metric in find_metrics()}


@pytest.mark.parametrize(("references", "system", "word_order"), [(1, FAIR, 0), (2, POOR, 2)], ids=["fair", "poor"])
def test_scores_and_signatures_are_those_of_sacrebleus_command_line(system, references, word_order) -> None:
    files = REFERENCES[:references]
    printed = sacrebleu_scores(*files, "-i", system, "-m", "bleu", "chrf", "ter", "-w", 8, "-cw", word_order)
    own = ["BLEU", "chrF++" if word_order else "chrF", "TER"]
    found = mtsum.score(lines(system), [lines(file) for file in files], metrics=own, intervals=False)
    for name in own:
        theirs = printed[NAMES[name]]
        assert f"{found[name].value:.8f}".rstrip("0") == theirs["score"].rstrip("0")
        assert found[name].signature == theirs["signature"]


@pytest.mark.parametrize(
    ("option", "flags"),
    [
        ({"lowercase": True, "tokenizer": "intl"}, ["-lc", "--chrf-lowercase", "-tok", "intl"]),
        ({"tokenizer": "char"}, ["-tok", "char"]),
    ],
)
def test_settings_mean_what_they_mean_to_sacrebleu(option, flags) -> None:
    printed = sacrebleu_scores(REFERENCES[0], "-i", POOR, "-m", "bleu", "chrf", "-w", 8, *flags)
    found = mtsum.score(lines(POOR), lines(REFERENCES[0]), metrics=["BLEU", "chrF"], intervals=False, **option)
    for name in ("BLEU", "chrF"):
        assert f"{found[name].value:.8f}".rstrip("0") == printed[NAMES[name]]["score"].rstrip("0")
        assert found[name].signature == printed[NAMES[name]]["signature"]


@pytest.mark.parametrize("name", ["bleu", "chrf", "ter"])
def test_segment_scores_are_those_of_sacrebleus_command_line(name, metrics) -> None:
    printed = sacrebleu(*REFERENCES, "-i", POOR, "-m", name, "-sl", "-w", 6, "-f", "text").splitlines()
    metric = find_metric(name)
    found = metric.segment_scores(metric.statistics(lines(POOR), [lines(file) for file in REFERENCES]))
    assert [f"{score:.6f}" for score in found] == [line.split(" = ")[1].split()[0] for line in printed]
    assert {line.split("|", 1)[1].split(" = ")[0] for line in printed} == {str(metric.segment_signature(2))}


@pytest.mark.parametrize("stemmer", [True, False])
@pytest.mark.parametrize("references", [1, 2])
def test_rouge_is_rouge_scores(stemmer, references) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    kinds = {"ROUGE-1": "rouge1", "ROUGE-2": "rouge2", "ROUGE-L": "rougeL"}
    scorer = RougeScorer(list(kinds.values()), use_stemmer=stemmer)
    streams = [lines(file) for file in REFERENCES[:references]]
    theirs = [scorer.score_multi(several, text) for text, *several in zip(lines(POOR), *streams, strict=True)]
    for name, kind in kinds.items():
        metric = find_metric(name, MetricOptions(stemmer=stemmer))
        statistics = metric.statistics(lines(POOR), streams)
        values = [100 * each[kind].fmeasure for each in theirs]
        assert metric.segment_scores(statistics) == pytest.approx(values, abs=1e-9)
        assert metric.score(lines(POOR), streams).value == pytest.approx(np.mean(values), abs=1e-9)


def summaries() -> tuple[list[str], list[str]]:
    records = [json.loads(line) for line in lines(SUMMARIES)]
    return [record["summary"] for record in records], [record["highlights"] for record in records]


def test_summaries_score_as_cnn_dailymail_is_scored() -> None:
    """rougeLsum over one sentence a line; here the sentences are told apart by hand."""
    from rouge_score.rouge_scorer import RougeScorer

    by_hand = {
        0: "A new bridge over the Drin opened on Saturday.\nDrivers will save forty minutes on their way to the coast.\n"
        "The bridge cost more than was planned.",
        2: "The festival ended on Sunday with a concert on the beach.\n"
        "Dr. Marku of the city council counted 40.000 visitors, e.g. from Italy.\nForty thousand came.",
        3: "Farmers blame a dry summer for the early olive harvest.\nThe mills say that the oil will be dearer.",
        4: "The first train from Pristina to Tirana carried 240 passengers.\n"
        "The line has fourteen stations and cost 1.4 billion euros.",
    }
    hypotheses, references = summaries()
    split = [by_hand.get(at, text) for at, text in enumerate(hypotheses)]
    scorer = RougeScorer(["rougeLsum"], use_stemmer=True)
    theirs = [100 * scorer.score(a, b)["rougeLsum"].fmeasure for a, b in zip(references, split, strict=True)]
    found = mtsum.score(hypotheses, references, metrics=["ROUGE-L", "ROUGE-Lsum"], intervals=False)
    assert found["ROUGE-Lsum"].value == pytest.approx(np.mean(theirs), abs=1e-9)
    assert found["ROUGE-Lsum"].value - found["ROUGE-L"].value > 5
    assert "|split:newline/mtsum-en|" in found["ROUGE-Lsum"].signature
    assert "|split:no|" in found["ROUGE-L"].signature


def test_a_text_with_line_breaks_is_split_there_and_nowhere_else() -> None:
    assert sentence_lines("One. Two.\nThree.") == "One. Two.\nThree."
    assert sentence_lines("One, e.g. this. Two.") == "One, e.g. this.\nTwo."
    assert sentence_lines("One. Two.\n") == "One.\nTwo."


def test_the_signature_says_stemming_and_several_references() -> None:
    def signature(references: int, stemmer: bool = True) -> str:
        return str(find_metric("ROUGE-1", MetricOptions(stemmer=stemmer)).signature(references))

    assert "|stem:porter|" in signature(1)
    assert "|stem:no|" in signature(1, stemmer=False)
    assert "multi" not in signature(1)
    assert signature(2).startswith("nrefs:2|multi:max|case:lc|")


def test_a_signature_reads_back_as_what_it_was() -> None:
    text = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:floor[0.10]|version:2.6.0"
    assert str(Signature.parse(text)) == text
    again = Signature.parse(text).resampled(bootstrap=10, seed=1).resampled(randomization=5, seed=2)
    assert str(again).startswith("nrefs:1|ar:5|seed:2|case:mixed|")


@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_the_reference_itself_is_perfect_and_unrelated_words_are_worth_nothing(name, metrics) -> None:
    reference = lines(REFERENCES[0])
    best, worst = (0, 100) if name == "TER" else (100, 0)
    assert metrics[name].score(reference, [reference]).value == pytest.approx(best)
    assert metrics[name].score(["qq zz"] * 2, [["bb hh jj", "bb hh"]]).value == pytest.approx(worst, abs=1)


@settings(max_examples=25)
@given(texts, st.randoms(use_true_random=False))
@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_the_order_of_the_segments_changes_nothing(metrics, name, pairs, chance: random.Random) -> None:
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    one, other = ([list(side) for side in zip(*each, strict=True)] for each in (pairs, shuffled))
    assert metrics[name].score(one[0], [one[1]]).value == metrics[name].score(other[0], [other[1]]).value


@settings(max_examples=25)
@given(texts)
@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_the_corpus_score_is_that_of_summed_statistics_whole_or_in_parts(metrics, name, pairs) -> None:
    metric = metrics[name]
    hypotheses, references = (list(side) for side in zip(*pairs, strict=True))
    statistics = metric.statistics(hypotheses, [references])
    apart = [metric.statistics([one], [[other]])[0] for one, other in pairs]
    assert (statistics == np.array(apart)).all()
    assert float(metric.aggregate(np.sum(apart, 0))) == metric.score(hypotheses, [references]).value
    together = metric.aggregate(np.array([statistics.sum(0), statistics[0]]))
    assert together == pytest.approx(
        [float(metric.aggregate(statistics.sum(0))), float(metric.aggregate(statistics[0]))]
    )


@settings(max_examples=30)
@given(texts)
def test_any_texts_score_as_sacrebleus_own_classes_score_them(pairs) -> None:
    from sacrebleu.metrics import BLEU, CHRF, TER

    hypotheses, references = (list(side) for side in zip(*pairs, strict=True))
    theirs = {"BLEU": BLEU(), "chrF": CHRF(), "chrF++": CHRF(word_order=2), "TER": TER()}
    sentence = {**theirs, "BLEU": BLEU(effective_order=True)}
    for name, scorer in theirs.items():
        metric = find_metric(name)
        assert metric.score(hypotheses, [references]).value == scorer.corpus_score(hypotheses, [references]).score
        own = metric.segment_scores(metric.statistics(hypotheses, [references]))
        assert own.tolist() == [sentence[name].sentence_score(a, [b]).score for a, b in pairs]


def test_metrics_are_found_in_any_spelling_and_once() -> None:
    assert [metric.name for metric in find_metrics(["rouge1", "ROUGE-1", "Rouge_Lsum", "CHRF++", "bleu"])] == [
        "ROUGE-1", "ROUGE-Lsum", "chrF++", "BLEU",
    ]  # fmt: skip
    assert tuple(metric.name for metric in find_metrics()) == DEFAULT_METRICS
    assert set(DEFAULT_METRICS) < set(METRICS)
    assert find_metric("chrF", MetricOptions(chrf_word_order=2)).name == "chrF++"


def test_wrong_names_and_settings_are_told_with_the_choices() -> None:
    with pytest.raises(UsageError, match=r"unknown metric 'blue' \(did you mean 'BLEU'\?\); known are: BLEU, chrF"):
        find_metric("blue")
    with pytest.raises(UsageError, match="unknown tokenizer '14a' for BLEU; known are: 13a, intl"):
        find_metric("BLEU", MetricOptions(tokenizer="14a"))
    with pytest.raises(UsageError, match="from 0 to 9, not 10"):
        MetricOptions(chrf_word_order=10)


def test_a_tokenizer_whose_model_is_not_there_says_where_it_should_be(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(tmp_path))
    with pytest.raises(UsageError, match=r"flores200 needs its model.*fetch https.* to .*models"):
        find_metric("BLEU", MetricOptions(tokenizer="flores200"))


def test_texts_that_do_not_go_together_are_refused() -> None:
    for arguments, error, said in (
        ((["a", "b"], ["a"]), InputError, "2 hypotheses, and 1 in reference 1"),
        ((["a"], ["  "]), InputError, "reference 1 of segment 1 is empty"),
        (([], [[]]), InputError, "no hypothesis"),
        (("a", ["a"]), UsageError, "not one text"),
        ((["a"], "a"), UsageError, "not one text"),
        ((["a", "b"], ["a", ["b"]]), UsageError, "not some of either"),
    ):
        with pytest.raises(error, match=said):
            mtsum.score(*arguments)
    with pytest.raises(InputError, match="1 hypotheses and 2 sources"):
        mtsum.score(["a"], ["a"], sources=["a", "b"])
