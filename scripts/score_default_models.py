"""Scores of the shipped models on the dev and test sets, with signatures: what the model cards quote.

    python scripts/score_default_models.py translator --data ../shared/data
    python scripts/score_default_models.py summarizer --data ../shared/data --articles 200

Needs the extra ``train`` (sacrebleu, rouge-score). ``--model`` takes any alias or directory in place of the default.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from mtsum.checks import ends_a_sentence
from mtsum.loading import EngineChoice, load_summarizer, load_translator, model_entry
from mtsum.reading import article_from_text
from mtsum.segmentation import sentence_spans

# File below --data/mt, position of the Albanian column (English follows it).
TRANSLATION_SETS = {
    "ntrex-30-documents": ("dev/ntrex-30-documents.tsv", 1),
    "flores200-dev-510": ("dev/flores200-dev-510.tsv", 0),
    "flores200-devtest": ("test/flores200-devtest.tsv", 0),
    "tatoeba-v2021-08-07": ("test/tatoeba-v2021-08-07.tsv", 0),
}

# A capitalised word of three letters or more; a run of digits.
NAME, DIGITS = re.compile(r"\b[^\W\d_a-zçë][^\W\d_]{2,}\b"), re.compile(r"\d+")


def main() -> None:
    """Score one of the two tasks and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["translator", "summarizer"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--beam", type=int, nargs="+", default=[1, 4])
    parser.add_argument(
        "--sets", nargs="+", default=["ntrex-30-documents", "flores200-dev-510"], choices=TRANSLATION_SETS
    )
    parser.add_argument("--precision", help="compute type in place of int8, such as float32")
    parser.add_argument(
        "--articles", type=int, default=200, help="articles of the summarization test set, from its start"
    )
    parser.add_argument("--length", default="60")
    parser.add_argument("--write", type=Path, help="also write hypotheses here, one JSON record a line")
    arguments = parser.parse_args()
    if arguments.task == "translator":
        score_translator(arguments)
    else:
        score_summarizer(arguments)


def score_translator(arguments: argparse.Namespace) -> None:
    """BLEU and chrF a set and a beam, sentences a second, and how many hypotheses are loops or ended by length."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    bleu, chrf = BLEU(), CHRF()
    records = []
    print("| set | sentences | beam | BLEU | chrF | names kept | digits kept | loops or cut by length | sentences/s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name in arguments.sets:
        file, column = TRANSLATION_SETS[name]
        rows = [line.split("\t") for line in (arguments.data / "mt" / file).read_text("utf-8").splitlines()]
        references = [row[column + 1] for row in rows]
        # One article of one paragraph a line: scores are of the sentences as the test set has them.
        articles = [article_from_text(row[column], "sq", id=str(at)) for at, row in enumerate(rows)]
        for beam in arguments.beam:
            translator = load_translator(
                model_entry(arguments.model, "translation"),
                "sq",
                "en",
                EngineChoice(beam=beam, precision=arguments.precision),
            )
            started = time.perf_counter()
            translations = translator.translate(articles)
            seconds = time.perf_counter() - started
            hypotheses = [" ".join(each.text.split()) for each in translations]
            flags = [{flag for sentence in each.sentences for flag in sentence.flags} for each in translations]
            wrong = sum(bool(each & {"length-limit", "repetition"}) for each in flags)
            scores = bleu.corpus_score(hypotheses, [references]), chrf.corpus_score(hypotheses, [references])
            sources = [row[column] for row in rows]
            names, digits = (kept(what, sources, references, hypotheses) for what in (NAME, DIGITS))
            print(
                f"| {name} | {len(rows)} | {beam} | {scores[0].score:.1f} | {scores[1].score:.1f} | {names} | {digits} | "
                f"{wrong} | {len(rows) / seconds:.0f} |",
                flush=True,
            )
            records += [
                {"set": name, "beam": beam, "source": row[column], "hypothesis": hypothesis, "reference": reference}
                for row, hypothesis, reference in zip(rows, hypotheses, references, strict=True)
            ]
    print(f"\nSignatures: BLEU {bleu.get_signature()}; chrF {chrf.get_signature()}")
    _write(arguments.write, records)


def kept(what: re.Pattern[str], sources: list[str], references: list[str], hypotheses: list[str]) -> str:
    """Of what stands alike in a source and its reference, how much is in the hypothesis: per cent, and of how many."""
    due = found = 0
    for source, reference, hypothesis in zip(sources, references, hypotheses, strict=True):
        both = Counter(what.findall(source)) & Counter(what.findall(reference))
        due += both.total()
        found += (both & Counter(what.findall(hypothesis))).total()
    return f"{100 * found / max(1, due):.1f}% of {due}"


def score_summarizer(arguments: argparse.Namespace) -> None:
    """ROUGE of the summarizer, of selection with every sentence of the model replaced, and of LEAD-3; faithfulness."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeLsum"], use_stemmer=True)
    summarizer = load_summarizer(model_entry(arguments.model, "summarization"))
    pairs = list(_documents(arguments.data / "sum/cnn_dm_subset/test.jsonl.xz", arguments.articles))
    articles = [article_from_text(document, "en", id=str(at)) for at, (document, _) in enumerate(pairs)]
    inputs = [(article, None) for article in articles]
    started = time.perf_counter()
    summaries = summarizer.summarize_all(inputs, arguments.length)
    seconds = time.perf_counter() - started
    # No sentence is more than wholly in order: nothing of the model's own passes.
    selection_only = replace(summarizer, least_in_order=2.0).summarize_all(inputs, arguments.length)
    systems = {
        f"{summarizer.model}, --length {arguments.length}": [[s.text for s in each.sentences] for each in summaries],
        "its selection, all sentences extracted": [[s.text for s in each.sentences] for each in selection_only],
        "LEAD-3": [[s.content for s in article.sentences[:3]] for article in articles],
    }
    print("| system | articles | R1 | R2 | RLsum | words |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, texts in systems.items():
        totals = [0.0, 0.0, 0.0]
        for sentences, (_, reference) in zip(texts, pairs, strict=True):
            gold = "\n".join(reference[a:b] for a, b in sentence_spans(reference, "en"))
            scores = scorer.score(gold, "\n".join(sentences))
            totals = [total + score.fmeasure for total, score in zip(totals, scores.values(), strict=True)]
        words = sum(len(" ".join(each).split()) for each in texts) / len(texts)
        print(
            f"| {name} | {len(pairs)} | "
            + " | ".join(f"{100 * t / len(pairs):.1f}" for t in totals)
            + f" | {words:.0f} |"
        )
    written = [s for each in summaries for s in each.sentences]
    own = [s for s in written if "extracted" not in s.flags]
    replaced = sum(len(each.selection.replaced) for each in summaries)
    whole = sum(ends_a_sentence(s.text) for s in written)
    print(
        f"\n{len(written)} summary sentences: {len(own)} the model's own, the others extracted; {replaced} of the model's "
        f"failed their checks and were replaced; {whole} end as a sentence does; {len(pairs) / seconds:.1f} articles/s."
    )
    print(f"Signature: rouge-score {version('rouge-score')}, stemmed, F1, one sentence a line for RLsum")
    _write(
        arguments.write,
        [
            {
                "document": d,
                "reference": r,
                "summary": [s.text for s in each.sentences],
                "flags": [s.flags for s in each.sentences],
            }
            for (d, r), each in zip(pairs, summaries, strict=True)
        ],
    )


def _documents(path: Path, count: int) -> Iterator[tuple[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(count), lines, strict=False):
            record = json.loads(line)
            yield record["document"], record["summary"]


def _write(path: Path | None, records: list[dict]) -> None:
    if path:
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")


if __name__ == "__main__":
    main()
