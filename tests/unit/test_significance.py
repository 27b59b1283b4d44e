"""Intervals and paired tests against sacreBLEU's: the same resamples, the same shuffles, the same p-values."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from support.scoring import FAIR, POOR, REFERENCES, halves, lines, sacrebleu, sacrebleu_scores

import mtsum
from mtsum.errors import UsageError
from mtsum.evaluation import resampling as resampling_module
from mtsum.evaluation.metrics import DEFAULT_METRICS, find_metric, find_metrics
from mtsum.evaluation.resampling import Resampling, bootstrap_scores, interval, seed_of_environment
from mtsum.evaluation.scoring import Estimation, Evaluation, evaluate_systems
from mtsum.evaluation.significance import Randomization, effect_size, paired_bootstrap

NAMES = {"BLEU": "BLEU", "chrF": "chrF2", "chrF++": "chrF2++", "TER": "TER"}
# sacreBLEU takes its time, so few will do.
SAMPLES, SHUFFLES = 120, 300


def evaluated(
    systems: dict[str, list[str]], names=DEFAULT_METRICS, references: int = 1, seed: int = 12345
) -> Evaluation:
    estimation = Estimation(Resampling(SAMPLES, seed), True, Randomization(SHUFFLES, seed))
    streams = [lines(file) for file in REFERENCES[:references]]
    return evaluate_systems(systems, streams, None, find_metrics(names), estimation)


def sacrebleus_tests(systems: dict[str, list[str]], references: int, seed: int, monkeypatch) -> dict[str, dict]:
    """p-values and intervals by metric and test, from sacreBLEU's own implementation."""
    from sacrebleu.metrics import BLEU, CHRF, TER
    from sacrebleu.significance import PairedTest

    monkeypatch.setenv("SACREBLEU_SEED", str(seed))
    streams = [lines(file) for file in REFERENCES[:references]]
    scorers = {"bleu": BLEU(), "chrf": CHRF(), "chrf++": CHRF(word_order=2), "ter": TER()}
    found: dict[str, dict] = {}
    for kind, samples in (("bs", SAMPLES), ("ar", SHUFFLES)):
        _, results = PairedTest(list(systems.items()), scorers, streams, kind, samples)()
        found[kind] = {name: results[NAMES[name]] for name in NAMES}
    return found


@pytest.mark.parametrize(("references", "seed"), [(1, 12345), (2, 7)])
def test_p_values_and_intervals_equal_sacrebleus(references, seed, monkeypatch) -> None:
    one, other = halves()
    changed = [*lines(FAIR)[:4], *one[4:]]
    systems = {"one": one, "other": other, "changed": changed, "same": one}
    theirs = sacrebleus_tests(systems, references, seed, monkeypatch)
    found = evaluated(systems, tuple(NAMES), references, seed)
    assert len(found.comparisons) == 4 * 3
    for each in found.comparisons:
        at = list(systems).index(each.system)
        assert each.p_bootstrap == theirs["bs"][each.metric][at].p_value
        assert each.p_randomization == theirs["ar"][each.metric][at].p_value
    assert any(each.p_randomization > 0.1 for each in found.comparisons)
    for at, scores in enumerate(found.scores.values()):
        for score in scores:
            assert score.mean == pytest.approx(theirs["bs"][score.metric][at].mean, abs=1e-5)
            assert (score.high - score.low) / 2 == pytest.approx(theirs["bs"][score.metric][at].ci, abs=1e-5)


def test_intervals_and_signatures_are_those_of_sacrebleus_command_line() -> None:
    printed = sacrebleu_scores(*REFERENCES, "-i", POOR, "-m", "bleu", "chrf", "ter", "-w", 4, "--confidence")
    for name, score in mtsum.score(
        lines(POOR), [lines(file) for file in REFERENCES], metrics=["BLEU", "chrF", "TER"]
    ).items():
        theirs = printed[NAMES[name]]
        assert f"{score.mean:.4f}".rstrip("0") == theirs["confidence_mean"].rstrip("0")
        assert f"{(score.high - score.low) / 2:.4f}".rstrip("0") == theirs["confidence_var"].rstrip("0")
        assert score.signature == theirs["signature"]


@pytest.mark.parametrize(("flag", "kind"), [("--paired-bs", "p_bootstrap"), ("--paired-ar", "p_randomization")])
def test_p_values_are_those_of_sacrebleus_command_line(flag, kind, tmp_path) -> None:
    for name, texts in zip(("one", "other"), halves(), strict=True):
        (tmp_path / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    printed = sacrebleu(
        REFERENCES[0],
        "-i",
        tmp_path / "one",
        tmp_path / "other",
        "-m",
        "bleu",
        "chrf",
        "ter",
        flag,
        f"{flag}-n",
        200,
        "-f",
        "text",
    )
    estimation = Estimation(Resampling(200), True, Randomization(200))
    systems = dict(zip(("one", "other"), halves(), strict=True))
    found = evaluate_systems(systems, [lines(REFERENCES[0])], None, find_metrics(["BLEU", "chrF", "TER"]), estimation)
    assert [f"{getattr(each, kind):.4f}" for each in found.comparisons] == re.findall(r"\(p = ([\d.]+)\)", printed)
    (randomized,) = {each.signature.split("|")[2] for each in found.comparisons}
    assert randomized == "ar:200"


@pytest.mark.parametrize("name", DEFAULT_METRICS)
def test_every_metric_has_an_interval_around_its_score(name) -> None:
    score = mtsum.score(lines(POOR), lines(REFERENCES[0]), metrics=[name], samples=300)[name]
    assert score.low < score.value < score.high
    assert score.low < score.mean < score.high
    assert "|bs:300|seed:12345|" in score.signature


def test_a_bootstrap_of_rouge_is_the_bootstrap_of_a_mean() -> None:
    metric = find_metric("ROUGE-2")
    statistics = metric.statistics(lines(POOR), [lines(REFERENCES[0])])
    chosen = np.random.default_rng(3).choice(40, size=(200, 40), replace=True)
    means = statistics[:, 0][chosen].mean(1)
    scores = bootstrap_scores(metric, statistics, Resampling(200, 3))
    assert scores == pytest.approx(means)
    assert interval(scores).low == pytest.approx(np.sort(means)[5])
    assert interval(scores).high == pytest.approx(np.sort(means)[-6])


def test_resamples_are_the_same_in_parts_and_at_once(monkeypatch) -> None:
    metric = find_metric("chrF")
    statistics = metric.statistics(lines(POOR), [lines(REFERENCES[0])])
    whole = bootstrap_scores(metric, statistics, Resampling(100))
    monkeypatch.setattr(resampling_module, "_VALUES_AT_ONCE", 7 * statistics.size)
    assert (bootstrap_scores(metric, statistics, Resampling(100)) == whole).all()


def test_the_comparison_says_how_large_the_difference_is_and_which_way() -> None:
    found = {each.metric: each for each in evaluated({"fair": lines(FAIR), "poor": lines(POOR)}).comparisons}
    for name, each in found.items():
        sign = 1 if name == "TER" else -1
        assert each.difference * sign > 10
        assert each.effect_size * sign > 1
        assert each.low < each.difference < each.high
        assert each.p_bootstrap < 0.01
        assert each.p_randomization < 0.01
        assert f"|bs:{SAMPLES}|ar:{SHUFFLES}|seed:12345|" in each.signature


def test_the_statistics_of_an_evaluation_give_the_scores_of_any_segments() -> None:
    found = evaluate_systems({"poor": lines(POOR)}, [lines(REFERENCES[0])], None, find_metrics(("chrF",)), Estimation())
    statistics, metric = found.statistics["poor"]["chrF"], find_metric("chrF")
    assert metric.aggregate(statistics.sum(0)) == found.scores["poor"][0].value
    first = metric.score(lines(POOR)[:5], [lines(REFERENCES[0])[:5]])
    assert metric.aggregate(statistics[:5].sum(0)) == pytest.approx(first.value)


def test_a_difference_by_chance_alone_is_not_significant() -> None:
    one, other = halves()
    for each in evaluated({"one": one, "other": other}).comparisons:
        assert each.p_randomization > 0.05
        assert each.low < 0 < each.high


def test_the_effect_size_is_cohens_d_of_paired_differences() -> None:
    one, other = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 3, 6])
    assert effect_size(one, other) == pytest.approx(1.25 / np.std([1, 2, 0, 2], ddof=1))
    assert effect_size(other, one) == -effect_size(one, other)
    assert effect_size(one, one) == 0
    assert effect_size(one, one + 1) is None
    assert effect_size(one[:1], other[:1]) is None


def test_a_tie_is_no_evidence() -> None:
    assert paired_bootstrap(np.zeros(9), np.zeros(9), 0.0) == 1 / 10


def test_the_seed_is_sacrebleus_or_said(monkeypatch) -> None:
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    assert seed_of_environment() == 12345
    monkeypatch.setenv("SACREBLEU_SEED", "99")
    assert seed_of_environment() == 99
    monkeypatch.setenv("SACREBLEU_SEED", "none")
    assert seed_of_environment() != seed_of_environment()
    monkeypatch.setenv("SACREBLEU_SEED", "x")
    with pytest.raises(UsageError, match="SACREBLEU_SEED"):
        seed_of_environment()


def test_too_few_samples_are_refused() -> None:
    for wrong in (lambda: Resampling(1), lambda: Resampling(10, -1), lambda: Randomization(0)):
        with pytest.raises(UsageError):
            wrong()


def test_a_thousand_resamples_of_two_thousand_segments_take_seconds_at_most() -> None:
    metric = find_metric("BLEU")
    statistics = np.tile(metric.statistics(lines(POOR), [lines(REFERENCES[0])]), (50, 1))
    started = time.process_time()
    assert bootstrap_scores(metric, statistics, Resampling()).shape == (1000,)
    assert time.process_time() - started < 5
