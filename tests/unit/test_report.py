"""The report of a benchmark: what it says, and that whatever is in the texts cannot break its files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.report_folder import HOSTILE, SYSTEMS, write_folder

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.metrics import DEFAULT_METRICS, find_metric
from mtsum.evaluation.report import write_report
from mtsum.evaluation.report.breakdown_tables import breakdown_tables
from mtsum.evaluation.report.findings import findings, pieces
from mtsum.evaluation.report.folder import read_results
from mtsum.evaluation.report.results import Comparison
from mtsum.evaluation.report.scale import LOWER_IS_BETTER, Digits, keys, main_metric, p_value, quantity, verdict

DRAFT, OPUS, SMALL = SYSTEMS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "results")


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """``folder`` with what scores.json holds changed."""
    path = folder / "scores.json"
    stored = json.loads(path.read_text())
    change(stored)
    path.write_text(json.dumps(stored))
    return folder


def said(folder: Path) -> list[str]:
    results = read_results(folder)
    return ["".join(text for text, _ in pieces(sentence)) for sentence in findings(results, Digits(results))]


class Page(HTMLParser):
    """The elements of a page that could fetch something, its scripts and its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = tag

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts.append(data)
        elif self._within != "style":
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def test_the_page_is_one_file_that_names_no_other(folder: Path) -> None:
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    for tag, attributes in page.tags:
        assert tag not in ("iframe", "img", "object", "embed", "base")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith(("#", "data:"))
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_a_text_that_holds_markup_stays_text(folder: Path) -> None:
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    data = json.loads(page.scripts[0])
    assert f"The code {HOSTILE}" in [text for segment in data["segments"] for text in segment["references"]]


def test_the_browser_has_every_segment_and_hypothesis_as_it_was(folder: Path) -> None:
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    shown = json.loads(page.scripts[0])
    stored = [json.loads(line) for line in (folder / "segments.jsonl").read_bytes().splitlines()]
    names = [system["name"] for system in shown["systems"]]
    assert names == list(SYSTEMS)
    assert [one["id"] for one in shown["segments"]] == [one["id"] for one in stored]
    for there, was in zip(shown["segments"], stored, strict=True):
        hypotheses = {names[at]: "".join(run[1:] for run in runs if run[0] != "-") for at, runs, *_ in there["outputs"]}
        assert hypotheses == {name: output["hypothesis"] for name, output in was["systems"].items()}


def test_outliers_can_be_filtered_as_flags_can(folder: Path) -> None:
    outlier = {"system": OPUS, "testset": "news-1", "id": "news-1-0001", "kind": "odd", "detail": "-"}
    changed(folder, lambda stored: stored["outliers"].append(outlier))
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    second = json.loads(page.scripts[0])["segments"][1]
    assert [flags for at, _, flags, *_ in second["outputs"] if at == 1] == [["odd"]]


def test_the_summary_says_which_system_is_best_and_whether_that_is_significant(folder: Path) -> None:
    first, *_ = said(folder)
    assert first.startswith(f"On news-1, {OPUS} is best by chrF: 87.0 (95% interval 80.7 to 93.3). ")
    assert f"more than the baseline {DRAFT}, a significant difference (paired bootstrap p < 0.001" in first
    assert first.endswith("BLEU and TER say so too.")


def test_the_summary_says_when_a_lead_is_not_significant_or_not_tested(folder: Path) -> None:
    def alike(stored: dict[str, Any]) -> None:
        for row in stored["comparisons"]:
            row |= {"p_bootstrap": 0.3, "p_randomization": 0.31}
        for row in stored["scores"]:
            row["value"] = {OPUS: 50.0, SMALL: 49.8, DRAFT: 48.0}[row["system"]]
            row |= {"low": row["value"] - 1, "high": row["value"] + 1}

    first, *_ = said(changed(folder, alike))
    assert "which is not significant (paired bootstrap p = 0.300, approximate randomization p = 0.310)" in first
    assert f"It leads {SMALL}, the second, by 0.2; that lead was not tested, and their intervals overlap." in first
    # TER is better where it is lower, so it names another system.
    assert f"Other metrics name another system best: {DRAFT} by TER." in first


def test_systems_with_one_score_are_not_said_to_differ(folder: Path) -> None:
    def identical(stored: dict[str, Any]) -> None:
        for row in stored["comparisons"]:
            # What the tests give for identical outputs: nothing that is drawn is greater than no difference.
            row |= {"difference": 0.0, "low": 0.0, "high": 0.0, "effect_size": 0.0}
            row |= {"p_bootstrap": 0.001, "p_randomization": 0.0001}
        for row in stored["scores"]:
            row |= {"value": 50.0, "low": 49.0, "high": 51.0}
        stored["systems"].append(stored["systems"].pop(0))
        stored["scores"].sort(key=lambda row: row["system"] == DRAFT)

    first, *_ = said(changed(folder, identical))
    assert f"The baseline {DRAFT} has the same score. {SMALL} has the same score." in first
    assert "significant" not in first
    write_report(folder)
    scores = (folder / "report.md").read_text(encoding="utf-8").split("## Scores")[1].split("### Signatures")[0]
    legend, tables = scores.split("### ", 1)
    assert "▲" in legend
    assert not set("▲▼?") & set(tables)
    assert "no difference ≈" in tables


def test_the_summary_says_when_the_baseline_is_best(folder: Path) -> None:
    def swapped(stored: dict[str, Any]) -> None:
        stored["baseline"] = OPUS
        stored["comparisons"] = [
            row | {"baseline": OPUS, "system": DRAFT, "difference": -row["difference"]}
            for row in stored["comparisons"]
            if row["system"] == OPUS
        ]

    first, *_ = said(changed(folder, swapped))
    assert f"It is the baseline. Significantly worse: {DRAFT}. Not tested: {SMALL}." in first


def test_each_set_has_the_baseline_that_its_systems_were_compared_with(folder: Path) -> None:
    def other(stored: dict[str, Any]) -> None:
        for row in stored["comparisons"]:
            if row["testset"] == "news-2":
                row |= {"baseline": OPUS, "system": DRAFT, "difference": -row["difference"]}

    first, second, *_ = said(changed(folder, other))
    assert f"than the baseline {DRAFT}" in first
    assert f"It is the baseline. Significantly worse: {DRAFT}." in second


def test_breakdowns_are_by_the_main_metric_with_the_others_apart(folder: Path) -> None:
    results = read_results(folder)
    made = {one.heading: one for one in breakdown_tables(results, Digits(results))}
    assert list(made) == ["By length of the source", "By names kept", "By numbers kept", "By document"]
    kept, *by_chrf = made["By names kept"].tables
    assert (kept.caption, [row.cells[0].text for row in kept.rows]) == ("names kept, %", ["news-1", "news-2"])
    assert [cell.text for cell in kept.rows[1].cells] == ["news-2", "62.0", "88.0", "–"]
    assert [table.caption for table in by_chrf] == ["news-1, chrF", "news-2, chrF"]
    assert {table.caption.split()[1] for table in made["By names kept"].others} == {"BLEU", "TER"}


def test_scores_of_different_segments_are_not_said_to_be_better(folder: Path) -> None:
    def uneven(stored: dict[str, Any]) -> None:
        for row in stored["breakdowns"]:
            if (row["kind"], row["bucket"], row["system"]) == ("names", "some lost", OPUS):
                row["segments"] = 3

    results = read_results(changed(folder, uneven))
    lengths, names, *_ = breakdown_tables(results, Digits(results))
    assert any(cell.best for row in lengths.tables[0].rows for cell in row.cells)
    table = names.tables[1]
    assert not any(cell.best for row in table.rows for cell in row.cells)
    assert table.rows[1].cells[2].beneath == "3 segments"


def test_names_of_systems_in_the_summary_are_bold(folder: Path) -> None:
    page = write_report(folder).read_text(encoding="utf-8")
    assert f"<li>On news-1, <strong>{OPUS}</strong> is best by chrF: " in page
    assert f"- On news-1, **{OPUS}** is best by chrF: " in (folder / "report.md").read_text(encoding="utf-8")


def test_the_summary_names_the_fastest_the_smallest_and_what_failed(folder: Path) -> None:
    *_, fastest, smallest, failed = said(folder)
    assert fastest.startswith(f"Fastest: {SMALL} on news-1 (130 sentences a second, 19 times as many as {OPUS}); ")
    assert smallest.startswith(f"Least memory: {SMALL} on news-1 (398 MB; {OPUS} needs 980 MB); ")
    assert failed == f"1 run failed and is not scored: {SMALL} on news-2."


def test_one_system_without_measures_or_tests_makes_a_report(folder: Path) -> None:
    def alone(stored: dict[str, Any]) -> None:
        stored["scores"] = [row for row in stored["scores"] if row["system"] == DRAFT]
        stored |= {"measures": [], "comparisons": [], "breakdowns": [], "outliers": [], "baseline": None}

    text = write_report(changed(folder, alone)).read_text(encoding="utf-8")
    assert "there is no other system to compare it with" in text
    assert "<svg" not in text


def test_a_set_of_which_no_run_succeeded_is_in_the_report(folder: Path) -> None:
    def failed(stored: dict[str, Any]) -> None:
        stored["scores"] = [row for row in stored["scores"] if row["testset"] == "news-1"]

    write_report(changed(folder, failed))
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert "On news-2 no system was scored." in markdown
    assert f"{DRAFT} is missing: it was not run on this set" in markdown


def test_the_csv_has_a_row_for_each_system_set_and_metric_with_its_tests(folder: Path) -> None:
    write_report(folder)
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stored = json.loads((folder / "scores.json").read_text())
    assert len(rows) == len(stored["scores"]) == 15
    for row, was in zip(rows, stored["scores"], strict=True):
        assert (row["system"], row["testset"], row["metric"]) == (was["system"], was["testset"], was["metric"])
        assert (float(row["value"]), row["signature"]) == (was["value"], was["signature"])
        assert bool(row["p_bootstrap"]) == (was["system"] != DRAFT)
    assert (rows[3]["system"], rows[3]["sentences_per_second"], rows[3]["device"]) == (OPUS, "6.9", "cpu")


def test_the_markdown_has_the_scores_in_aligned_tables_and_signatures_to_copy(folder: Path) -> None:
    write_report(folder)
    lines = (folder / "report.md").read_text(encoding="utf-8").splitlines()
    at = lines.index("### news-1: translation, 40 segments, 5 documents")
    table = lines[at + 2 : at + 7]
    assert len({len(line) for line in table}) == 1
    assert table[2].startswith(f"| {OPUS} ")
    assert re.search(r"\| \*\*87\.0\*\* \(80\.7 to 93\.3\) ▲ \|", table[2])
    assert "- BLEU (news-1, news-2): `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0`" in lines


def test_the_markdown_escapes_what_a_hypothesis_may_hold(folder: Path) -> None:
    def outlier(stored: dict[str, Any]) -> None:
        stored["outliers"][0]["detail"] = "a | b <b>*bold*</b> _under_ snake_case &amp; < 3"

    write_report(changed(folder, outlier))
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert r"a \| b \<b>\*bold\*\</b> \_under\_ snake_case \&amp; < 3" in text


@pytest.mark.parametrize("name", ["scores.json", "segments.jsonl", "environment.json"])
def test_a_folder_without_its_files_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(UsageError, match=f"holds no {name}; name the folder that `mtsum benchmark"):
        write_report(folder)


def test_a_broken_file_is_named_with_its_line_and_leaves_no_report(folder: Path) -> None:
    lines = (folder / "segments.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for broken, message in (
        ("{", r"segments\.jsonl:3: not JSON"),
        ("[]", r"segments\.jsonl:3: list where an object should be"),
        ('{"testset": "news-1"}', r"segments\.jsonl:3: segment without an object 'systems'"),
        (lines[2].replace('"document"', '"paper"'), r"segments\.jsonl:3: segment lacks 'document'"),
        (lines[2].replace(f'"{OPUS}"', '"other"'), r"segments\.jsonl:3: system 'other' is not among those of scores"),
        (lines[2].replace('"news-1"', '"news-9"'), r"segments\.jsonl:3: test set 'news-9' is not among"),
        (re.sub(r'"chrF": [\d.]+', '"chrF": NaN', lines[2]), r"segments\.jsonl:3: 'scores' of output of"),
        (lines[2].replace("Ministri", r"\ud800"), r"segments\.jsonl:3: holds half of a surrogate pair"),
    ):
        assert broken != lines[2]
        (folder / "segments.jsonl").write_text("\n".join([*lines[:2], broken, *lines[3:]]), encoding="utf-8")
        with pytest.raises(InputError, match=message):
            write_report(folder)
    assert not (folder / "report.html").exists()
    assert not (folder / "scores.csv").exists()


def test_scores_that_are_not_as_they_should_be_are_named(folder: Path) -> None:
    def without_value(stored: dict[str, Any]) -> None:
        del stored["scores"][4]["value"]

    def text_for_number(stored: dict[str, Any]) -> None:
        stored["scores"][4]["value"] = "12"

    for change, message in (
        (without_value, r"scores\.json: row 5 of 'scores' lacks 'value'"),
        (text_for_number, r"scores\.json: 'value' of row 5 of 'scores' should be a number, not '12'"),
    ):
        with pytest.raises(InputError, match=message):
            write_report(changed(folder, change))


def test_a_difference_is_significant_only_where_the_tests_agree() -> None:
    def judged(metric: str, difference: float, *p_values: float | None) -> str:
        return verdict(Comparison("s", metric, "a", "b", difference, None, None, *p_values))

    assert judged("BLEU", 2.0, 0.01, 0.02) == "better"
    assert judged("BLEU", -2.0, 0.01, 0.02) == "worse"
    assert judged("TER", -2.0, 0.01, 0.02) == "better"
    assert judged("BLEU", 2.0, 0.01, 0.2) == "unsure"
    assert judged("BLEU", 2.0, 0.05, 0.2) == "same"
    assert judged("BLEU", 2.0, None, 0.01) == "better"
    assert judged("BLEU", 2.0, None, None) == "untested"
    assert judged("BLEU", 0.0, 0.001, 0.0001) == "same"
    assert judged("BLEU", 0.0, 0.1, 0.0001) == "same"


def test_the_metrics_say_the_same_of_which_direction_is_better() -> None:
    assert {name for name in DEFAULT_METRICS if not find_metric(name).higher_is_better} == LOWER_IS_BETTER


def test_numbers_are_printed_as_people_read_them() -> None:
    assert [p_value(p) for p in (None, 0.0004, 0.05)] == ["–", "< 0.001", "0.050"]
    assert [quantity(value) for value in (0, 0.412, 6.9, 54.64, 1310.2)] == ["0", "0.41", "6.90", "54.6", "1,310"]
    assert list(keys([f"s{at}" for at in range(28)]).values())[-3:] == ["Z", "A2", "B2"]


def test_each_task_is_judged_by_its_own_metric() -> None:
    there = ["BLEU", "chrF", "ROUGE-1", "ROUGE-Lsum"]
    assert main_metric("translation", there) == "chrF"
    assert main_metric("summarization", there) == "ROUGE-Lsum"
    assert main_metric("translation", ["adequacy"]) == "adequacy"
    assert main_metric("translation", []) is None


def test_scores_of_two_checkpoints_are_not_set_side_by_side(folder: Path) -> None:
    path = folder / "scores.json"
    stored = json.loads(path.read_text("utf-8"))
    first, second = [row for row in stored["scores"] if row["metric"] == "BLEU"][:2]
    assert first["testset"] == second["testset"]
    second["signature"] = first["signature"] + "|checkpoint:other"
    path.write_text(json.dumps(stored), "utf-8")
    with pytest.raises(UsageError, match=r"these BLEU scores cannot be compared.*checkpoint:none.*checkpoint:other"):
        write_report(folder)
