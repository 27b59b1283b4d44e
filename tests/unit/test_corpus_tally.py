"""Counts over records: every message that an input can fail with has its kind."""

from __future__ import annotations

from typing import Any

import pytest

from mtsum.corpus.tally import Tally, error_kind
from mtsum.formats import read_documents


def record(error: str | None = None, *flags: str, summary_flags: tuple[str, ...] = ()) -> dict[str, Any]:
    sentences = [{"flags": list(flags)}, {"flags": []}]
    summary = {"sentences": [{"flags": list(summary_flags)}]}
    done = not error
    return {
        "error": error,
        "translation": {"sentences": sentences} if done else None,
        "summary": summary if done else None,
    }


@pytest.mark.parametrize(
    ("content", "suffix", "kind"),
    [
        (b"", ".txt", "empty"),
        (b" \n", ".txt", "empty"),
        (b'{"text": ""}\n', ".jsonl", "empty"),
        (b'{"text": null}\n', ".jsonl", "empty"),
        (b'{"id": 1}\n', ".jsonl", "column"),
        (b'{"text": 5}\n', ".jsonl", "column"),
        (b'{"text": "Po", "id": [1]}\n', ".jsonl", "column"),
        (b"a,b\n1,2\n", ".csv", "column"),
        (b"{no json\n", ".jsonl", "malformed"),
        (b"[1]\n", ".jsonl", "malformed"),
        (b"5\n", ".jsonl", "malformed"),
        (b"id,text\n1,2,3\n", ".csv", "malformed"),
        (b'id,text\n1,"open\n', ".csv", "malformed"),
        (b"no zip", ".docx", "malformed"),
        ("çmim dhe më".encode("cp1252"), ".txt", "encoding"),
        ("çmim".encode("utf-16")[:-1], ".txt", "encoding"),
        (b"Po\0jo", ".txt", "encoding"),
        (b"\x89PNG\r\n\x1a\n", ".txt", "encoding"),
        (b'{"text": "\\ud800"}\n', ".jsonl", "encoding"),
    ],
)
def test_what_can_be_wrong_with_an_input_has_its_kind(content: bytes, suffix: str, kind: str, tmp_path: Any) -> None:
    path = tmp_path / f"lajm{suffix}"
    path.write_bytes(content)
    (error,) = read_documents(str(path))
    assert error_kind(str(error)) == kind, str(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("c.jsonl:4: looks like German, not Albanian; say --from, or --any-language", "language"),
        ("c.jsonl:4: 5,000,000 characters, over the 1,000,000 allowed; is it one article?", "too long"),
        ("s3: a piece of 900 tokens ('A'...) has no place to be split", "untranslated sentence"),
        ("empty/no JSON.txt: holds a NUL byte", "encoding"),
        ("there is no sentence to summarize", "nothing to summarize"),
        ("a.txt: may not be read (permission denied)", "unreadable"),
        ("a.txt: mtsum failed on it, please report this: KeyError: 'x'", "fault of mtsum"),
        ("what nobody has thought of", "other"),
    ],
)
def test_what_can_go_wrong_later_has_its_kind(error: str, kind: str) -> None:
    assert error_kind(error) == kind


def test_counts_add_up_however_the_records_are_divided() -> None:
    records = [
        record(None, "names", "numbers"),
        record("f: empty"),
        record(None, "names", summary_flags=("extracted",)),
    ]
    whole = Tally.of(records)
    assert whole.values() == {
        "records": 3,
        "sentences": 4,
        "errors": {"empty": 1},
        "flags": {"names": 2, "numbers": 1},
        "summary_flags": {"extracted": 1},
    }
    for at in range(4):
        parts = Tally.of(records[:at])
        parts.merge(Tally.of(records[at:]))
        assert parts == whole
    assert Tally.of_values(whole.values()) == whole
