"""``mtsum score`` as a user calls it, on texts of our own."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.scoring import FAIR, POOR, REFERENCES, SUMMARIES, halves, lines

import mtsum
from mtsum.cli.main import cli
from mtsum.cli.score_output import Results, write
from mtsum.evaluation.metrics import DEFAULT_METRICS, find_metric
from mtsum.evaluation.scoring import Estimation, evaluate_systems
from mtsum.evaluation.significance import Randomization


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, arguments)], input=stdin)


def table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))


def test_one_system_is_a_row_a_metric_with_intervals_and_signatures() -> None:
    rows = table(run("--ref", REFERENCES[0], FAIR, "--width", 4))
    expected = mtsum.score(lines(FAIR), lines(REFERENCES[0]))
    assert [row["metric"] for row in rows] == list(DEFAULT_METRICS)
    for row in rows:
        score = expected[row["metric"]]
        assert row == {
            "system": str(FAIR),
            "metric": score.metric,
            "score": f"{score.value:.4f}",
            "low": f"{score.low:.4f}",
            "high": f"{score.high:.4f}",
            "signature": score.signature,
        }


def test_stdin_is_scored_without_a_name_and_with_a_dash() -> None:
    text = FAIR.read_bytes()
    for arguments in ((), ("-",)):
        rows = table(run("--ref", REFERENCES[0], *arguments, "-m", "BLEU", "--no-intervals", stdin=text))
        assert rows == [{
            "system": "stdin", "metric": "BLEU", "score": "63.5", "low": "", "high": "",
            "signature": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" + rows[0]["signature"].split(":")[-1],
        }]  # fmt: skip


def test_systems_stand_side_by_side_and_are_compared_with_the_first(tmp_path) -> None:
    paths = [write_lines(tmp_path / name, texts) for name, texts in zip(("one", "other"), halves(), strict=True)]
    arguments = ["--ref", REFERENCES[0], "--ref", REFERENCES[1], *paths, "--samples", 200, "--shuffles", 500]
    rows = table(run(*arguments))
    assert [row["baseline"] for row in rows] == [""] * 8 + [str(paths[0])] * 8
    compared = json.loads(run(*arguments, "--json").stdout)
    assert compared["baseline"] == str(paths[0])
    assert compared["references"] == 2
    assert compared["segments"] == 40
    for row, found in zip(rows[8:], compared["comparisons"], strict=True):
        assert row["difference"] == f"{found['difference']:.1f}"
        assert row["p_bootstrap"] == f"{found['p_bootstrap']:.4f}"
        assert row["p_randomization"] == f"{found['p_randomization']:.4f}"
        assert row["signature"] == found["signature"]
        assert "nrefs:2|bs:200|ar:500|seed:12345|" in row["signature"]


@pytest.mark.parametrize(
    ("paired", "empty"),
    [("bootstrap", {"p_randomization"}), ("randomization", {"p_bootstrap"}), ("both", set()), ("none", None)],
)
def test_only_the_tests_that_were_asked_for_are_made(paired, empty) -> None:
    rows = table(run("--ref", REFERENCES[0], FAIR, POOR, "-m", "chrF", "--paired", paired, "--shuffles", 100))
    if empty is None:
        assert "p_bootstrap" not in rows[1]
    else:
        assert {column for column, value in rows[1].items() if not value} == empty


def test_the_seed_is_the_option_or_sacrebleus_variable(monkeypatch) -> None:
    def signature(*arguments: object) -> str:
        return table(run("--ref", REFERENCES[0], FAIR, "-m", "BLEU", "--samples", 10, *arguments))[0]["signature"]

    monkeypatch.setenv("SACREBLEU_SEED", "77")
    assert "|seed:77|" in signature()
    assert "|seed:5|" in signature("--seed", 5)


def test_segments_have_their_scores_in_order() -> None:
    result = run("--ref", REFERENCES[0], FAIR, POOR, "--segments", "-m", "BLEU", "-m", "chrF", "-w", 6)
    rows = table(result)
    assert [(row["line"], row["system"]) for row in rows[:3]] == [("1", str(FAIR)), ("1", str(POOR)), ("2", str(FAIR))]
    for name in ("BLEU", "chrF"):
        metric = find_metric(name)
        expected = metric.segment_scores(metric.statistics(lines(POOR), [lines(REFERENCES[0])]))
        assert [row[name] for row in rows[1::2]] == [f"{score:.6f}" for score in expected]
    assert "note: BLEU|nrefs:1|case:mixed|eff:yes|" in result.stderr
    made = run("--ref", REFERENCES[0], FAIR, "--segments", "-m", "TER", "--json")
    assert json.loads(made.stdout.splitlines()[3]).keys() == {"line", "system", "scores"}


def test_summaries_are_scored_by_their_columns() -> None:
    result = run(
        "--ref", SUMMARIES, "--ref-key", "highlights", SUMMARIES, "--hyp-key", "summary", "-m", "rougeLsum",
        "--format", "markdown",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "| metric | " in result.stdout
    assert (
        "`ROUGE-Lsum|nrefs:1|bs:1000|seed:12345|case:lc|tok:rouge_score|stem:porter|split:newline/mtsum-en|"
        in result.stdout
    )
    assert "1 empty hypothesis (line 6)" in result.stderr


def test_the_table_for_people_says_what_its_marks_mean() -> None:
    systems = {"fair.txt": lines(FAIR), "poor.txt": lines(POOR)}
    metrics = [find_metric("BLEU"), find_metric("TER")]
    estimation = Estimation(None, False, Randomization(200))
    evaluation = evaluate_systems(systems, [lines(REFERENCES[0])], None, metrics, estimation)
    shown = io.StringIO()
    write(Results(evaluation, range(1, 41), 1, frozenset({"TER"}), (), 1), "table", shown)
    assert "TER ↓" in shown.getvalue()
    assert "Difference from the baseline" in shown.getvalue()
    assert "* p < 0.05" in shown.getvalue()
    assert "BLEU|nrefs:1|ar:200|seed:12345|" in shown.getvalue()
    tables = [line for line in shown.getvalue().splitlines() if ";" not in line and "nrefs" not in line]
    assert max(map(len, tables)) <= 80


def test_identical_outputs_are_not_marked_as_different(tmp_path) -> None:
    same = write_lines(tmp_path / "same.txt", lines(FAIR))
    arguments = ["--ref", REFERENCES[0], FAIR, same, POOR, "-m", "BLEU", "-m", "ROUGE-L", "--shuffles", 200]
    result = run(*arguments, "--format", "markdown")
    assert result.exit_code == 0, result.stderr
    differences = result.stdout.split("**Difference from the baseline**")[1].split("\n- ")[0]
    marked = {
        line.split(" | ")[0].removeprefix("| "): "*" in line for line in differences.split("\n") if "0.00" in line
    }
    assert marked == {str(same): False, str(POOR): True}
    assert f"{same}: is the baseline; the p-values of the paired tests mean nothing there" in result.stderr


def test_settings_stand_in_the_signatures() -> None:
    arguments = ["--lowercase", "--tokenizer", "intl", "--chrf-word-order", 1, "--no-stemmer", "--no-intervals"]
    rows = table(run("--ref", REFERENCES[0], FAIR, "-m", "BLEU", "-m", "chrF", "-m", "ROUGE-2", *arguments))
    assert [row["metric"] for row in rows] == ["BLEU", "chrF+", "ROUGE-2"]
    assert "|case:lc|eff:no|tok:intl|" in rows[0]["signature"]
    assert "|case:lc|eff:yes|nc:6|nw:1|" in rows[1]["signature"]
    assert "|stem:no|" in rows[2]["signature"]


def test_records_of_mtsum_translate_are_read_from_a_pipe(tmp_path) -> None:
    record = {"id": "a", "source": {"lang": "sq", "text": "x"}, "translation": {"text": "The mayor."}, "summary": None,
              "meta": None, "error": None}  # fmt: skip
    reference = write_lines(tmp_path / "r.jsonl", [json.dumps({"id": "a", "target": "The mayor."})])
    arguments = ["--ref", reference, "--input-format", "jsonl", "-m", "TER", "--no-intervals"]
    result = run(*arguments, stdin=json.dumps(record))
    assert table(result)[0]["score"] == "0.0"
    assert "the texts are those in 'translation.text'" in result.stderr


def write_lines(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return path


ALBANIAN = [
    "Qeveria e miratoi buxhetin për vitin e ardhshëm të hënën në mbrëmje vonë.",
    "Shirat e dendur i mbyllën tri rrugë në veri të vendit gjatë natës.",
    "Mësuesit do ta nisin grevën të mërkurën, nëse nuk u rriten pagat.",
]


@pytest.mark.parametrize(
    ("hypotheses", "said"),
    [
        (ALBANIAN, "100% of the hypotheses are their sources, untranslated (line 1, 2, 3)"),
        (ALBANIAN, "100% of the hypotheses look like Albanian and not English (line 1, 2, 3)"),
        (ALBANIAN, "BLEU 1.2 is implausibly low"),
        (lines(REFERENCES[0])[:3], "every hypothesis is its reference in"),
        (lines(REFERENCES[0])[:3], "BLEU 100.0 is implausibly high"),
        (["", "A train .", "A man ."], "1 empty hypothesis (line 1)"),
        (["", "A train .", "A man ."], "2 hypotheses end in ' .': they look tokenized"),
    ],
)
def test_implausible_texts_and_scores_are_warned_of(tmp_path, hypotheses, said) -> None:
    references = write_lines(tmp_path / "ref", lines(REFERENCES[0])[:3])
    sources = write_lines(tmp_path / "src", ALBANIAN)
    system = write_lines(tmp_path / "hyp", hypotheses)
    arguments = ["--ref", references, "--src", sources, system, "-m", "BLEU", "--samples", 10]
    result = run(*arguments)
    assert f"warning: {system}: " in result.stderr
    assert said in result.stderr
    assert any(said in warning for warning in json.loads(run(*arguments, "--json").stdout)["warnings"])
    assert run(*arguments, "--quiet").stderr == ""


def test_a_good_translation_is_not_warned_of(tmp_path) -> None:
    assert run("--ref", REFERENCES[0], FAIR, "-m", "BLEU").stderr == ""


def test_a_system_that_hardly_differs_is_warned_of(tmp_path) -> None:
    near = write_lines(tmp_path / "near", [lines(POOR)[0], *lines(FAIR)[1:]])
    result = run("--ref", REFERENCES[0], FAIR, near, "-m", "BLEU", "--samples", 10, "--shuffles", 10)
    assert (
        "differs from the baseline in 1 of 40 segments; the p-values of the paired tests mean nothing" in result.stderr
    )


def test_a_wrong_call_says_what_would_be_right(tmp_path) -> None:
    short = write_lines(tmp_path / "short", lines(FAIR)[:39])
    reference = ["--ref", REFERENCES[0]]
    for arguments, status, said in (
        (
            [FAIR],
            2,
            "references are needed for BLEU, chrF, chrF++, TER, ROUGE-1, ROUGE-2, ROUGE-L, ROUGE-Lsum: --ref FILE",
        ),
        ([*reference, FAIR, FAIR], 2, "given more than once"),
        ([*reference, FAIR, "-m", "blue"], 2, "did you mean 'BLEU'"),
        ([*reference, FAIR, "-m", "adequacy"], 2, "sources are needed for adequacy: --src FILE"),
        ([*reference, FAIR, "--json", "--format", "tsv"], 2, "contradict"),
        ([*reference, FAIR, "--segments", "--format", "table"], 2, "tsv or json"),
        ([*reference, FAIR, "--to", "klingon"], 2, "klingon"),
        ([*reference, FAIR, "-o", tmp_path / "none" / "x"], 2, "there is no folder"),
        ([*reference, FAIR, "--input-format", "pdf"], 2, "unknown input format 'pdf'"),
        ([*reference, tmp_path / "none.txt"], 1, "none.txt: no such file"),
        ([*reference, short], 1, f"short ends at line 39, and {REFERENCES[0]}:40 has no counterpart"),
        (["--ref", POOR, FAIR], 1, f"{POOR}:34: the reference is empty"),
    ):
        result = run(*arguments)
        assert result.exit_code == status, (arguments, result.stderr)
        assert said in result.stderr, (arguments, result.stderr)
        assert result.stdout == ""


def test_a_file_is_written_whole(tmp_path) -> None:
    made = tmp_path / "scores.json"
    assert run("--ref", REFERENCES[0], FAIR, "-m", "chrF", "--json", "-o", made).stdout == ""
    assert json.loads(made.read_text())["scores"][0]["metric"] == "chrF"


def test_the_help_shows_examples_and_the_module_loads_nothing_heavy() -> None:
    import subprocess

    result = run("--help")
    assert "mtsum score --ref reference.txt hypothesis.txt" in result.stdout
    code = (
        "import sys, mtsum.cli.score; print([name for name in ('numpy', 'sacrebleu', 'rich') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
