"""A folder as ``mtsum benchmark`` writes it, for the report: three systems, two test sets, and what may go wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SYSTEMS = ("sq-en-draft", "opus-sq-en+beam6", "sq-en-draft+beam1+int8")
QUALITY = {"sq-en-draft": 0.62, "opus-sq-en+beam6": 0.88, "sq-en-draft+beam1+int8": 0.58}
SPEED = {"sq-en-draft": 54.6, "opus-sq-en+beam6": 6.9, "sq-en-draft+beam1+int8": 130.4}
MEMORY = {"sq-en-draft": 412.0, "opus-sq-en+beam6": 980.5, "sq-en-draft+beam1+int8": 398.2}
METRICS = ("BLEU", "chrF", "TER")
HOSTILE = "</script><script>window.broken = true</script> & <b>\"quoted\"</b> 'text'"
PAIRS = (
    ("Qeveria miratoi të martën buxhetin për vitin 2024.", "The government approved the 2024 budget on Tuesday."),
    ("Treni i parë u nis nga Prishtina drejt Tiranës.", "The first train left Prishtina for Tirana."),
    (
        "Ministri tha se punimet në rrugën që lidh Shkodrën me kufirin do të përfundojnë para verës, por banorët e "
        "fshatrave përreth ankohen se askush nuk i ka pyetur dhe se pluhuri i kamionëve u ka prishur të korrat.",
        "The minister said that work on the road from Shkodra to the border would be finished before the summer, but "
        "residents of nearby villages complain that nobody asked them and that dust from the trucks has ruined their "
        "crops.",
    ),
    ("Zjarri u shua pas katër orësh.", "The fire was put out after four hours."),
    ("“Nuk do të tërhiqemi”, tha kryetarja e sindikatës.", "“We won't back down,” the head of the union said."),
    ("Çmimi i bukës u rrit me 12,5 për qind që nga janari.", "The price of bread has risen by 12.5 percent since January."),
    ("Skuadra fitoi 3-1 dhe kaloi në vendin e dytë.", "The team won 3-1 and moved up to second place."),
    ("Shkollat mbeten të mbyllura edhe nesër për shkak të borës.", "Schools stay closed tomorrow too because of the snow."),
    ("Sipas Institutit të Statistikave, papunësia ra në 10,9%.", "Unemployment fell to 10.9%, the Institute of Statistics says."),
    ("Muzeu hap dyert më 5 maj.", "The museum opens its doors on 5 May."),
)  # fmt: skip
SLIPS = ("the", "of", "town", "said", "big", "year", "Pricia", "people", "by", "it")


def write_folder(folder: Path, segments: int = 60, systems: Sequence[str] = SYSTEMS) -> Path:
    """Writes scores.json, segments.jsonl and environment.json for ``segments`` segments over two test sets."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_segment(number, segments, systems) for number in range(segments)]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "segments.jsonl").write_text(text, encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps(scores(lines, systems), ensure_ascii=False), encoding="utf-8")
    (folder / "environment.json").write_text(json.dumps(ENVIRONMENT), encoding="utf-8")
    return folder


ENVIRONMENT = {
    "cpu": "AMD EPYC 7R13",
    "gpu": None,
    "cores": 2,
    "threads": 2,
    "memory_mb": 8192,
    "os": "Linux 6.1 <x86_64>",
    "python": "3.11.2",
    "packages": {"ctranslate2": "4.8.5", "sacrebleu": "2.6.0"},
    "mtsum": "0.1.0",
    "commit": "14adf09",
}


def scores(lines: Sequence[dict[str, Any]], systems: Sequence[str] = SYSTEMS) -> dict[str, Any]:
    """What scores.json holds for the segments ``lines``; the last system failed on the second set."""
    sets = list(dict.fromkeys(line["testset"] for line in lines))
    made: dict[str, Any] = {
        "mtsum": "0.1.0",
        "created": "2026-11-25T02:30:00+00:00",
        "baseline": systems[0],
        "systems": [_system(name) for name in systems],
        "testsets": [_testset(name, [line for line in lines if line["testset"] == name]) for name in sets],
        "warnings": ["news-1: BLEU of sq-en-draft+beam1+int8 is under 3; is the hypothesis in English?"],
        "errors": [{"system": systems[-1], "testset": sets[-1], "error": "EngineError: out of memory at batch size 1"}],
    }
    for part in ("scores", "comparisons", "measures", "breakdowns", "outliers"):
        made[part] = []
    for testset in sets:
        for name in systems:
            own = [line for line in lines if line["testset"] == testset and name in line["systems"]]
            if own:
                _add(made, testset, name, own, systems[0])
    return made


def _add(made: dict[str, Any], testset: str, name: str, own: Sequence[dict[str, Any]], baseline: str) -> None:
    for metric in METRICS:
        value, width = _mean(own, name, metric), 40 / len(own) ** 0.5
        row = {"system": name, "testset": testset, "metric": metric, "value": value, "signature": SIGNATURES[metric]}
        made["scores"].append(row | {"low": value - width, "high": value + width})
        if name != baseline:
            difference = value - _mean([line for line in own if baseline in line["systems"]], baseline, metric)
            p = 0.0004 if abs(difference) > width else 0.21
            made["comparisons"].append(
                {"testset": testset, "metric": metric, "baseline": baseline, "system": name}
                | {"difference": difference, "low": difference - width / 2, "high": difference + width / 2}
                | {"p_bootstrap": p, "p_randomization": p * 1.1, "effect_size": difference / 20}
            )
    made["measures"].append(_measures(name, testset))
    documents = sorted({line["document"] for line in own})
    buckets: list[tuple[str, str, Sequence[dict[str, Any]]]] = [
        ("document", document, [line for line in own if line["document"] == document]) for document in documents
    ]
    short = [line for line in own if len(line["source"].split()) <= 10]
    buckets += [("length", "1-10 words", short), ("length", "over 10 words", [one for one in own if one not in short])]
    buckets += [("names", "all kept", own[::2]), ("names", "some lost", own[1::2]), ("numbers", "all kept", own[::3])]
    for kind, bucket, within in buckets:
        if within:
            row = {"system": name, "testset": testset, "kind": kind, "bucket": bucket, "segments": len(within)}
            for metric in METRICS:
                made["breakdowns"].append(row | {"metric": metric, "value": _mean(within, name, metric)})
    kept = {"system": name, "testset": testset, "kind": "names", "bucket": "whole set", "segments": len(own)}
    made["breakdowns"].append(kept | {"metric": "names kept, %", "value": 100 * QUALITY.get(name, 0.7)})
    for line in own:
        kinds = [flag for flag in line["systems"][name]["flags"] if flag in OUTLIERS]
        for kind in kinds:
            row = {"system": name, "testset": testset, "id": line["id"], "kind": kind}
            made["outliers"].append(row | {"detail": OUTLIERS[kind]})


OUTLIERS = {
    "repetition": "“the the the” 12 times",
    "copy-through": "9 of 10 words are the source's",
    "length": "0 words for 9",
    "language": "looks like Albanian",
}
SIGNATURES = {
    "BLEU": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0",
    "chrF": "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
    "TER": "nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0",
}


def _segment(number: int, of: int, systems: Sequence[str]) -> dict[str, Any]:
    source, reference = PAIRS[number % len(PAIRS)]
    testset = "news-1" if number < of * 2 // 3 else "news-2"
    made: dict[str, Any] = {"testset": testset, "id": f"{testset}-{number:04}", "document": f"article-{number // 8}"}
    made |= {"source": f"{source} ({number})", "references": [f"{reference} ({number})"], "systems": {}}
    if number == 3:
        made |= {"source": f"Kodi {HOSTILE}", "references": [f"The code {HOSTILE}"]}
    for name in systems:
        if name == systems[-1] and testset == "news-2":
            continue
        hypothesis, flags = _hypothesis(made, number, name)
        made["systems"][name] = {"hypothesis": hypothesis, "flags": flags, "scores": _scored(hypothesis, made)}
    return made


def _hypothesis(segment: dict[str, Any], number: int, name: str) -> tuple[str, list[str]]:
    if number == 5 and name == SYSTEMS[0]:
        return "", ["empty", "length"]
    if number == 7 and name == SYSTEMS[2]:
        return segment["source"], ["copied", "copy-through", "language"]
    if number == 11 and name == SYSTEMS[0]:
        return "The " + "the " * 40 + "train", ["repetition"]
    words, chance = segment["references"][0].split(" "), random.Random(f"{number} {name}")
    quality = QUALITY.get(name, 0.7)
    said = [word if chance.random() < quality else chance.choice(SLIPS) for word in words if chance.random() < 0.95]
    return " ".join(said), ["names"] if "Pricia" in said else []


def _scored(hypothesis: str, segment: dict[str, Any]) -> dict[str, float]:
    """An overlap of words that behaves as the metrics do; what the numbers are does not matter here."""
    said, wanted = set(hypothesis.split()), set(segment["references"][0].split())
    overlap = 200 * len(said & wanted) / (len(said) + len(wanted))
    return {"BLEU": overlap**1.3 / 5, "chrF": overlap, "TER": 110 - overlap}


def _mean(lines: Sequence[dict[str, Any]], name: str, metric: str) -> float:
    return sum(line["systems"][name]["scores"][metric] for line in lines) / len(lines)


def _system(name: str) -> dict[str, Any]:
    model, *settings = name.split("+")
    return {"name": name, "model": model, "settings": {"beam": 1 if "beam1" in settings else 4, "device": "cpu"}}


def _testset(name: str, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "task": "translation",
        "segments": len(lines),
        "documents": len({line["document"] for line in lines}),
        "source": "https://example.org/news",
        "licence": "CC-BY-4.0",
        "sha256": "0" * 64,
    }


def _measures(name: str, testset: str) -> dict[str, Any]:
    median = SPEED.get(name, 20.0)
    spread = {"median": median, "low": median * 0.95, "high": median * 1.04, "repeats": [median] * 3}
    return {
        "system": name,
        "testset": testset,
        "load_seconds": 0.41,
        "first_sentence_seconds": 0.06,
        "sentences_per_second": spread,
        "tokens_per_second": {key: value if key == "repeats" else value * 14 for key, value in spread.items()},
        "peak_memory_mb": MEMORY.get(name, 500.0),
        "peak_gpu_memory_mb": None,
        "disk_mb": 118.0,
        "device": "cpu",
        "precision": "int8",
        "engine": "ctranslate2",
        "beam": 4,
        "threads": 2,
        "model": {"model": name, "licence": "CC-BY-4.0"},
        "environment": ENVIRONMENT,
    }
