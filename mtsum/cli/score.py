"""``mtsum score``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mtsum.cli.notes import Notes
from mtsum.cli.output import check_output, open_output
from mtsum.cli.score_output import FORMATS, Results, write, write_segments
from mtsum.errors import UsageError
from mtsum.languages import language

if TYPE_CHECKING:
    from mtsum.evaluation.metrics import Metric
    from mtsum.evaluation.scoring import Estimation, Evaluation
    from mtsum.evaluation.texts import Texts


@click.command(
    epilog="""\b
Examples:
  mtsum score --ref reference.txt hypothesis.txt
  mtsum translate --json -q news.jsonl |
    mtsum score --ref en.txt --input-format jsonl
  mtsum score --ref a.txt --ref b.txt --src sq.txt old.txt new.txt -m chrF
  mtsum score --ref cnn.jsonl --ref-key highlights run/ --hyp-key summary.text
  mtsum score --ref test.tsv --ref-key 2 --src test.tsv --src-key 1 hyp.txt
  mtsum score --ref reference.txt hypothesis.txt --segments -m chrF > chrf.tsv
""",
)
@click.argument("hypotheses", nargs=-1, metavar="[HYP...|-]", type=click.Path(allow_dash=True))
@click.option("--ref", "refs", multiple=True, metavar="FILE", help="References; repeat it for several a segment.")
@click.option("--src", metavar="FILE", help="Sources: to find untranslated segments, and for metrics that read them.")
@click.option(
    "-m", "--metric", "names", multiple=True, metavar="NAME",
    help="A metric to compute; repeatable: BLEU, chrF, chrF++, TER, ROUGE-1, -2, -L, -Lsum (the default), adequacy, COMET, "
    "BERTScore.",
)  # fmt: skip
@click.option(
    "--hyp-key", metavar="KEY", help="Column of HYP with the texts. [default: hypothesis, translation or text]"
)
@click.option(
    "--ref-key", metavar="KEY", help="Column of the references. [default: reference, target, summary, text ...]"
)
@click.option(
    "--src-key", metavar="KEY", help="Column of the sources. [default: source, src, document, article or text]"
)
@click.option(
    "--input-format", metavar="NAME",
    help="Format of stdin and of files whose suffix says none: txt, jsonl, tsv, csv, parquet. [default: txt]",
)  # fmt: skip
@click.option(
    "--tokenizer",
    default="13a",
    show_default=True,
    metavar="NAME",
    help="How BLEU splits words: 13a, intl, char, flores200 ...",
)
@click.option("--lowercase", is_flag=True, help="Ignore case in BLEU and chrF; TER and ROUGE always do.")
@click.option(
    "--chrf-word-order", type=click.IntRange(0, 9), default=0, show_default=True, metavar="N",
    help="Longest word n-gram of chrF.",
)  # fmt: skip
@click.option("--stemmer/--no-stemmer", default=True, show_default=True, help="Porter's stemmer in ROUGE.")
@click.option(
    "--comet-checkpoint", metavar="M", help="Model of COMET: directory or repository. [default: the metric's]"
)
@click.option(
    "--comet-python", metavar="FILE", help="Python interpreter that has unbabel-comet. [default: $MTSUM_COMET_PYTHON]"
)
@click.option(
    "--bertscore-checkpoint", metavar="M", help="Model of BERTScore: directory or repository. [default: the metric's]"
)
@click.option(
    "--bertscore-layer",
    type=click.IntRange(1),
    metavar="N",
    help="Layer of BERTScore's model. [default: the package's]",
)
@click.option("--intervals/--no-intervals", default=True, show_default=True, help="95% bootstrap intervals.")
@click.option(
    "--paired", type=click.Choice(["bootstrap", "randomization", "both", "none"]), default="both", show_default=True,
    help="Tests of each further HYP against the first one, the baseline.",
)  # fmt: skip
@click.option(
    "--samples", type=click.IntRange(2), default=1000, show_default=True, metavar="N", help="Bootstrap resamples."
)
@click.option(
    "--shuffles", type=click.IntRange(1), default=10_000, show_default=True, metavar="N",
    help="Shuffles of approximate randomization.",
)  # fmt: skip
@click.option(
    "--seed",
    type=click.IntRange(0),
    metavar="N",
    help="Seed of resamples and shuffles. [default: $SACREBLEU_SEED, else 12345]",
)
@click.option("--segments", is_flag=True, help="Scores of the segments in place of the corpus's: TSV, or JSON lines.")
@click.option(
    "--to",
    "target",
    default="en",
    show_default=True,
    metavar="LANG",
    help="Language that HYP should be in; another is warned of.",
)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="How to write. [default: a table on a terminal, else tsv]"
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "-w",
    "--width",
    type=click.IntRange(0, 12),
    default=1,
    show_default=True,
    metavar="N",
    help="Decimals; JSON has all there are.",
)
@click.option("-o", "--output", metavar="FILE", help="Write here instead of stdout, whole or not at all.")
@click.option("-q", "--quiet", is_flag=True, help="No notes and warnings on stderr; errors stay.")
def score(hypotheses: tuple[str, ...], **options: Any) -> None:
    """Score translations or summaries against references, with signatures, intervals and paired tests.

    HYP is a text a line, or a column of JSON lines, TSV, CSV or Parquet (also .gz, .zst); records of `mtsum translate
    --json`, `mtsum summarize --json` and the folder of `mtsum batch` are read as they are. An empty line is an empty
    hypothesis. BLEU, chrF and TER are sacreBLEU's to the last digit, ROUGE is rouge-score's. Several HYP stand side by side,
    each compared with the first. A KEY is a column's name, with dots into objects (summary.text), or its number in a TSV or
    CSV file without a header.
    """
    from mtsum.evaluation.metrics import MetricOptions, find_metrics

    notes = Notes(options["quiet"])
    format_ = _format(options)
    code = language(options["target"]).code
    check_output(options["output"])
    metrics = find_metrics(
        options["names"],
        MetricOptions(
            tokenizer=options["tokenizer"],
            lowercase=options["lowercase"],
            chrf_word_order=options["chrf_word_order"],
            stemmer=options["stemmer"],
            comet_checkpoint=options["comet_checkpoint"],
            comet_python=options["comet_python"],
            bertscore_checkpoint=options["bertscore_checkpoint"],
            bertscore_layer=options["bertscore_layer"],
        ),
    )
    estimation = _estimation(options, len(hypotheses))
    systems, references, sources = _texts(hypotheses, options, metrics)
    for each in systems:
        if each.key and not options["hyp_key"]:
            notes.note(f"{each.name}: the texts are those in {each.key!r}; --hyp-key names others")
    evaluation = _evaluate(systems, references, sources, metrics, estimation, notes)
    warnings = _warnings(systems, references, sources, evaluation, code)
    for line in warnings:
        notes.warn(line)
    lower = frozenset(metric.name for metric in metrics if not metric.higher_is_better)
    results = Results(evaluation, systems[0].lines, len(references), lower, warnings, options["width"])
    with open_output(options["output"]) as stream:
        if options["segments"]:
            for metric in metrics:
                count = len(references) if metric.needs_reference else 0
                notes.note(f"{metric.name}|{metric.segment_signature(count)}")
            write_segments(results, format_, stream)
        else:
            write(results, format_, stream)


def _format(options: dict[str, Any]) -> str:
    if options["as_json"] and options["format_"] not in (None, "json"):
        raise UsageError(f"--json and --format {options['format_']} contradict each other")
    if options["segments"] and options["format_"] in ("table", "markdown"):
        raise UsageError(f"--segments is written as tsv or json, and not as {options['format_']}")
    if options["as_json"] or options["format_"]:
        return options["format_"] or "json"
    to_terminal = options["output"] in (None, "-") and sys.stdout.isatty()
    return "table" if to_terminal and not options["segments"] else "tsv"


def _estimation(options: dict[str, Any], systems: int) -> Estimation:
    from mtsum.evaluation.resampling import Resampling, seed_of_environment
    from mtsum.evaluation.scoring import Estimation
    from mtsum.evaluation.significance import Randomization

    if options["segments"]:
        return Estimation()
    seed = seed_of_environment() if options["seed"] is None else options["seed"]
    paired = options["paired"] if systems > 1 else "none"
    bootstrap = paired in ("bootstrap", "both")
    return Estimation(
        Resampling(options["samples"], seed) if options["intervals"] or bootstrap else None,
        bootstrap,
        Randomization(options["shuffles"], seed) if paired in ("randomization", "both") else None,
    )


def _texts(
    paths: tuple[str, ...], options: dict[str, Any], metrics: Sequence[Metric]
) -> tuple[list[Texts], list[Texts], Texts | None]:
    """The hypotheses, references and sources, which belong together segment by segment."""
    from mtsum.evaluation.texts import check_aligned, read_hypotheses, read_references, read_sources

    if not paths:
        if sys.stdin.isatty():
            raise UsageError("no HYP, and stdin is a terminal: name a file, or pipe the hypotheses in")
        paths = ("-",)
    twice = {path for path in paths if paths.count(path) > 1}
    if twice:
        raise UsageError(f"{', '.join(sorted(twice))}: given more than once; systems are told apart by their files")
    needy = [metric.name for metric in metrics if metric.needs_reference]
    if needy and not options["refs"]:
        raise UsageError(f"references are needed for {', '.join(needy)}: --ref FILE")
    lacking = [metric.name for metric in metrics if metric.needs_source and not options["src"]]
    if lacking:
        raise UsageError(f"sources are needed for {', '.join(lacking)}: --src FILE")
    format_ = options["input_format"]
    stdin = sys.stdin.buffer if "-" in paths else None
    references = [each for path in options["refs"] for each in read_references(path, options["ref_key"], format_)]
    sources = read_sources(options["src"], options["src_key"], format_) if options["src"] else None
    systems = [read_hypotheses(path, options["hyp_key"], format_, stdin) for path in paths]
    others = [*references, *([sources] if sources else [])]
    for each in systems:
        check_aligned(each, others or systems[:1])
    return systems, references, sources


def _evaluate(
    systems: Sequence[Texts],
    references: Sequence[Texts],
    sources: Texts | None,
    metrics: Sequence[Metric],
    estimation: Estimation,
    notes: Notes,
) -> Evaluation:
    from mtsum.evaluation.scoring import evaluate_systems

    with notes.progress("scoring", len(metrics)) as progress:
        return evaluate_systems(
            {each.name: each.texts for each in systems},
            [each.texts for each in references],
            sources.texts if sources else None,
            metrics,
            estimation,
            progress,
        )


def _warnings(
    systems: Sequence[Texts], references: Sequence[Texts], sources: Texts | None, evaluation: Evaluation, code: str
) -> list[str]:
    from mtsum.evaluation.plausibility import doubts, near_twins

    found = [line for each in systems for line in doubts(each, references, sources, evaluation.scores[each.name], code)]
    if evaluation.comparisons:
        found += [said for each in systems[1:] if (said := near_twins(systems[0], each))]
    return found
