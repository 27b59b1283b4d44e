"""mtsum beside transformers, raw CTranslate2, argos-translate and EasyNMT: same weights, sentences and beam, in one run.

    python scripts/bench_speed.py --out DIR [--models tiny default opus] [--sentences 96] [--beam 4] [--threads 2]
    python scripts/bench_speed.py --out DIR --easynmt-python VENV/bin/python    # EasyNMT needs transformers 4

Writes speed.md (also to stdout), speed.json and speed.png into DIR. Every contestant is a process of its own with the same
number of threads; after a warm-up they take turns, so that a machine that grows slower favours none. A figure is the median
of the passes, with the lowest and the highest; a ratio is the median of the ratios of passes of the same turn. Where other
work shares the machine, the ratio by CPU time (with --threads 1) is the one to trust.

All search with plain beams: no constraint on n-grams, the same limits on new tokens. "mtsum" is its engine with its batches,
from text to text; "mtsum, whole" is what its command line does, with checks, second tries, stand-ins and the model's
own settings. Raw CTranslate2 is ``translate_batch`` on tokens made beforehand: making tokens and texts is not on its clock.
transformers gets the batches that mtsum makes ("batched"), or one sentence at a time ("single").

The exit status is 1 where mtsum's outputs are not raw CTranslate2's: at most one in twenty may differ, since a padded
batch of another size rounds otherwise, and that may choose between two hypotheses of nearly the same score.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from speed.job import Job
from speed.race import race
from speed.results import RAW, Result, environment, equal, markdown, plot
from speed.sentences import renumbered, sentences_of
from speed.subjects import SUBJECTS, Subject, subject

from mtsum.batching import TOKEN_BUDGETS
from mtsum.engines import GenerationSettings
from mtsum.engines.families import family_class
from mtsum.engines.limits import new_token_limit

TOLERATED = 0.05


def main() -> int:
    """Race on each model; write the table, the figures and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="directory for speed.md, speed.json and speed.png")
    parser.add_argument("--models", nargs="+", default=list(SUBJECTS), choices=SUBJECTS)
    parser.add_argument("--text", type=Path, help="Albanian sentences; by default made from examples/lajm.txt")
    parser.add_argument("--sentences", type=int, default=96)
    parser.add_argument("--tiny-sentences", type=int, default=480, help="more for the tiny model")
    parser.add_argument("--opus-sentences", type=int, default=24, help="fewer for the model of OPUS-MT's size")
    parser.add_argument("--decode-length", type=int, default=24, help="new tokens where the weights are random")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--argos-python", default=sys.executable, help="interpreter that has argos-translate")
    parser.add_argument("--easynmt-python", default=sys.executable, help="interpreter that has EasyNMT")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    counts = {"tiny": arguments.tiny_sentences, "default": arguments.sentences, "opus": arguments.opus_sentences}
    sentences = sentences_of(arguments.text) if arguments.text else renumbered(max(counts.values()))
    pythons = {"argos": arguments.argos_python, "EasyNMT": arguments.easynmt_python}
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        # All models are built before the first race: converting one would disturb another's.
        places = {name: Path(temporary) / name for name in arguments.models}
        models = {name: subject(name, place, arguments.decode_length) for name, place in places.items()}
        for name, model in models.items():
            jobs = jobs_for(model, sentences[: counts[name]], arguments, places[name] / "work")
            lanes = race(jobs, arguments.repeats, pythons, lambda text: print(text, file=sys.stderr))
            results.append(Result(model, len(jobs[0].sentences), tuple(lanes)))
            print(markdown(results[-1]), flush=True)
    machine = environment(arguments.device, arguments.threads) | {"beam": arguments.beam, "repeats": arguments.repeats}
    write(results, machine, arguments.out)
    return report_differences(results)


def jobs_for(model: Subject, sentences: list[str], arguments: argparse.Namespace, work: Path) -> list[Job]:
    """The lanes of one model: CTranslate2's in the full and in the fast precision, the others in the one they have."""
    full, fast = ("float32", "int8") if arguments.device == "cpu" else ("float16", "int8_float16")
    wanted = [("mtsum", full), ("CTranslate2", full), ("mtsum", fast), ("CTranslate2", fast)]
    if model.model is not None:  # of random weights every sentence fails its checks, which would be all it measured
        wanted += [("mtsum, whole", full), ("mtsum, whole", fast)]
    wanted += [(name, full) for name in ("transformers, batched", "transformers, single", "argos", "EasyNMT")]
    family = family_class(model.family)(model.converted)
    longest = max(len(tokens) for tokens in family.encode(sentences))
    jobs = []
    for at, (contestant, precision) in enumerate(wanted):
        place = work / str(at)
        place.mkdir(parents=True)
        jobs.append(
            Job(
                contestant=contestant,
                model=model.model,
                family=model.family,
                converted=str(model.converted),
                hugging_face=str(model.hugging_face),
                precision=precision,
                device=arguments.device,
                threads=arguments.threads,
                beam=arguments.beam,
                batch_tokens=TOKEN_BUDGETS[arguments.device],
                limit=new_token_limit(longest, GenerationSettings(), family.default_window),
                decode_length=model.decode_length,
                place=str(place),
                sentences=sentences,
            )
        )
    return jobs


def write(results: list[Result], machine: dict, out: Path) -> None:
    """speed.md, speed.json and speed.png."""
    described = ", ".join(f"{key} {value}" for key, value in machine.items())
    tables = "\n".join(markdown(result) for result in results)
    (out / "speed.md").write_text(f"{described}\n\n{tables}", encoding="utf-8")
    models = [
        {
            "model": result.subject.name,
            "described": result.subject.described,
            "sentences": result.sentences,
            "decode_length": result.subject.decode_length,
            "rows": result.rows(),
        }
        for result in results
    ]
    content = {"environment": machine, "models": models}
    (out / "speed.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    plot(results, out / "speed.png")


def report_differences(results: list[Result]) -> int:
    """Say where mtsum's outputs are not raw CTranslate2's; the exit status."""
    status = 0
    for result in results:
        for lane in result.lanes:
            raw = result.lane(RAW, lane.precision)
            if lane.contestant != "mtsum" or raw is None or not lane.seconds:
                continue
            different = result.sentences - equal(lane, raw)
            if different > TOLERATED * result.sentences:
                print(f"{result.subject.name}, {lane.precision}: {different} outputs of mtsum differ", file=sys.stderr)
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
