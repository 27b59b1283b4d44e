"""Test sets: every layout they may lie in, what is checked, and the registry."""

from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from mtsum.errors import InputError, UsageError
from mtsum.evaluation.testsets import SetRequest, find_entry, load_registry, load_testset, parse_request
from mtsum.evaluation.testsets import registry as registry_module
from mtsum.evaluation.testsets.segments import Segment, TestSet, checked
from mtsum.evaluation.testsets.tables import read_text

DATA = Path(__file__).parents[2] / "../shared/data"
PAIRS = [
    ("lajmi-1", "Treni u nis nga Prishtina.", "The train left Prishtina."),
    ("lajmi-1", "Udhëtarët ishin 240.", "There were 240 passengers."),
    ("lajmi-2", "Muzeu hapet nesër.", "The museum opens tomorrow."),
]
ARTICLE = (
    "Treni i parë i udhëtarëve u nis të hënën nga Prishtina drejt Tiranës. Në tren ishin 240 udhëtarë, mes tyre edhe dy "
    "ministra. Linja e re është 268 kilometra e gjatë dhe ka 14 stacione."
)


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def load(place: Path | str, name: str = "mine", **options: object) -> TestSet:
    return load_testset(SetRequest(name, str(place), **options))  # type: ignore[arg-type]


def three_columns() -> str:
    return "".join(f"{document}\t{source}\t{reference}\n" for document, source, reference in PAIRS)


def is_the_set(made: TestSet, documents: int | None = 2) -> None:
    assert [segment.source for segment in made.segments] == [source for _, source, _ in PAIRS]
    assert [segment.references for segment in made.segments] == [(reference,) for _, _, reference in PAIRS]
    assert made.documents == documents
    assert made.task == "translation"


def test_a_table_of_three_columns_keeps_boundaries_of_documents(tmp_path: Path) -> None:
    made = load(write(tmp_path / "a.tsv", three_columns()))
    is_the_set(made)
    assert [segment.document for segment in made.segments] == ["lajmi-1", "lajmi-1", "lajmi-2"]
    assert [segment.id for segment in made.segments] == ["1", "2", "3"]


def test_a_table_of_two_columns_has_no_documents(tmp_path: Path) -> None:
    lines = "".join(f"{source}\t{reference}\r\n" for _, source, reference in PAIRS)
    is_the_set(load(write(tmp_path / "a.tsv", lines)), documents=None)


def test_a_table_with_a_header_may_have_its_columns_in_any_order(tmp_path: Path) -> None:
    lines = "reference\tdoc\tsource\n" + "".join(f"{ref}\t{doc}\t{src}\n" for doc, src, ref in PAIRS)
    is_the_set(load(write(tmp_path / "a.tsv", lines)))


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_json_lines_are_read_plain_and_compressed(tmp_path: Path, suffix: str, pack: object) -> None:
    lines = "".join(
        json.dumps({"id": f"n{at}", "document": document, "source": source, "references": [reference]}) + "\n"
        for at, (document, source, reference) in enumerate(PAIRS)
    )
    made = load(write(tmp_path / f"a.jsonl{suffix}", pack(lines.encode())))  # type: ignore[operator]
    is_the_set(made)
    assert [segment.id for segment in made.segments] == ["n0", "n1", "n2"]


def test_parquet_is_read(tmp_path: Path) -> None:
    documents, sources, references = zip(*PAIRS, strict=True)
    table = pyarrow.table({"document_id": documents, "sq": sources, "en": references})
    parquet.write_table(table, tmp_path / "a.parquet")
    is_the_set(load(tmp_path / "a.parquet"))


@pytest.mark.parametrize(
    ("source", "reference"), [("source.txt", "reference.txt"), ("lajme.sq", "lajme.en"), ("lajme.sqi", "lajme.eng")]
)
def test_parallel_texts_in_a_folder_are_paired(tmp_path: Path, source: str, reference: str) -> None:
    write(tmp_path / source, "".join(f"{each[1]}\n" for each in PAIRS))
    write(tmp_path / reference, "".join(f"{each[2]}\n" for each in PAIRS))
    is_the_set(load(tmp_path), documents=None)
    write(tmp_path / "documents.txt", "".join(f"{each[0]}\n" for each in PAIRS))
    is_the_set(load(tmp_path))


def test_parallel_texts_named_one_by_one_may_have_several_references(tmp_path: Path) -> None:
    source = write(tmp_path / "a", "Një.\nDy.\n")
    first, second = write(tmp_path / "b", "One.\nTwo.\n"), write(tmp_path / "c", "A.\nB.\n")
    made = load(f"{source},{first},{second}")
    assert [segment.references for segment in made.segments] == [("One.", "A."), ("Two.", "B.")]


def test_a_folder_of_summaries_is_a_cross_lingual_set_when_its_articles_are_albanian(tmp_path: Path) -> None:
    write(tmp_path / "test.jsonl", json.dumps({"id": "x", "document": ARTICLE, "summary": "The first train."}) + "\n")
    made = load(tmp_path)
    assert (made.task, made.source_language, made.target_language) == ("cross-lingual", "sq", "en")
    assert made.segments[0].references == ("The first train.",)
    english = "The first passenger train left on Monday for the capital, with 240 people and two ministers on board."
    write(tmp_path / "test.jsonl", json.dumps({"id": "x", "document": english, "summary": "A train."}) + "\n")
    assert load(tmp_path).task == "summarization"


def test_a_list_of_highlights_is_one_reference_with_a_sentence_a_line(tmp_path: Path) -> None:
    row = {"id": "x", "source": "agency", "document": ARTICLE, "summary": "A. B.", "highlights": ["A.", "B."]}
    made = load(write(tmp_path / "a.jsonl", json.dumps(row) + "\n"))
    assert made.segments[0].references == ("A.\nB.",)
    assert made.segments[0].source == ARTICLE


def test_columns_may_be_named(tmp_path: Path) -> None:
    row = {"shqip": "Po.", "anglisht": "Yes.", "lajmi": 7}
    made = load(
        write(tmp_path / "a.jsonl", json.dumps(row) + "\n"),
        columns={"source": "shqip", "reference": "anglisht", "document": "lajmi"},
    )
    assert made.segments == (Segment("1", "Po.", ("Yes.",), "7"),)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tsv", "Po.\tYes.\nJo.\n", r"a.tsv:2: 1 columns where 2 should be"),
        ("a.tsv", "Po.\tYes.\n\tNo.\n", r"a.tsv:2: the source is empty"),
        ("a.tsv", "Po.\tYes.\nJo.\t \n", r"a.tsv:2: the reference is empty"),
        ("a.tsv", "a\tb\tc\td\n", r"a.tsv:1: 4 columns and no header: expected 2 .* or 3"),
        ("a.tsv", "", r"a.tsv: empty"),
        ("a.jsonl", '{"sq": "Po."}\n', r"a.jsonl:1: columns sq: no source with a reference among them; known: source"),
        ("a.jsonl", '{"sq": "Po.", "en": "Yes."}\n[1]\n', r"a.jsonl:2: an object was expected"),
        ("a.jsonl", '{"sq": "Po.", "en": 1}\n', r"a.jsonl:1: en should be a text or a list of texts, not 1"),
        ("a.jsonl", '{"id": 1, "sq": "Po.", "en": "A"}\n{"id": 1, "sq": "Jo.", "en": "B"}\n', r"1 and 2 have one id"),
        (
            "a.jsonl",
            '{"src": "Po.", "references": ["a", "b"]}\n{"src": "Jo.", "references": ["a"]}\n',
            r"segment 2 has 1 references, the first one has 2",
        ),
        ("a.tsv", "Po.\tYes.\nSh\xebno.\tNote.\n".encode("latin-1"), r"a.tsv: .*not UTF-8"),
        ("a.parquet", b"PAR0", r"a.parquet: not a Parquet file, or a damaged one"),
        ("a.jsonl.xz", b"no", r"a.jsonl.xz: cannot be read"),
        ("a.pdf", "", r"a.pdf: accepted are a table"),
    ],
)
def test_a_file_that_is_no_test_set_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(write(tmp_path / name, text))


def test_texts_that_do_not_pair_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "source.txt", "Një.\nDy.\n")
    write(tmp_path / "reference.txt", "One.\n")
    with pytest.raises(InputError, match=r"reference.txt: 1 lines, but .*source.txt has 2"):
        load(tmp_path)
    write(tmp_path / "reference.txt", "One.\n\n")
    with pytest.raises(InputError, match=r"reference.txt:2: the line is empty"):
        load(tmp_path)


def test_a_folder_without_a_test_set_names_what_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no test set in this folder; accepted are a table"):
        load(tmp_path)


def test_a_line_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    assert read_text(write(tmp_path / "a", "a\u2028b\x85c\n\nd")) == ["a\u2028b\x85c", "", "d"]


@given(st.lists(st.tuples(*[st.text("aë \u2028x", min_size=1).filter(str.strip)] * 2), min_size=1, max_size=5))
def test_what_a_benchmark_stores_is_read_again_as_it_was(rows: list[tuple[str, str]]) -> None:
    import tempfile

    made = TestSet("a", "translation", "sq", "en", "en", tuple(
        Segment(f"s{at}", source, (reference,), "d") for at, (source, reference) in enumerate(rows)
    ))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        again = load(write(Path(folder) / "a.jsonl", made.lines()))
    assert again.segments == made.segments
    assert again.sha256 == made.sha256


def test_a_part_of_a_set_says_so_and_is_another_set(tmp_path: Path) -> None:
    whole = load(write(tmp_path / "a.tsv", three_columns()))
    part = whole.first(2)
    assert part.notes == ("only the first 2 of 3 segments",)
    assert part.sha256 != whole.sha256
    assert whole.first(3) is whole
    with pytest.raises(InputError, match="holds no segments"):
        checked([], "a")


def test_a_request_is_a_name_a_file_or_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "lajme të reja.jsonl.xz", b"")
    assert parse_request("FLORES200_devtest") == SetRequest("flores200-devtest")
    assert parse_request("lajme të reja.jsonl.xz") == SetRequest("lajme-të-reja", "lajme të reja.jsonl.xz")
    assert parse_request("mine=x.tsv", 5) == SetRequest("mine", "x.tsv", limit=5)
    with pytest.raises(UsageError, match=r"no test set 'ntrex128': .*did you mean ntrex-128"):
        parse_request("ntrex128")


def test_a_known_set_is_found_below_a_folder_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTSUM_HOME", str(tmp_path / "home"))
    entry = find_entry("tatoeba-v2021-08-07")
    assert entry.local is not None
    file = write(tmp_path / "data" / entry.local, "".join(f"Fjala {n}.\tWord {n}.\n" for n in range(1109)))
    made = load_testset(SetRequest(entry.name), tmp_path / "data")
    assert (made.name, made.licence, len(made.segments)) == (entry.name, "CC-BY 2.0 FR", 1109)
    monkeypatch.setenv("MTSUM_TESTSETS", str(tmp_path / "data"))
    assert load_testset(SetRequest(entry.name)).sha256 == made.sha256
    write(file, "Po.\tYes.\n")
    with pytest.raises(InputError, match=r"1 segments, but tatoeba-v2021-08-07 has 1109: another set, or a part"):
        load_testset(SetRequest(entry.name))
    with pytest.raises(InputError, match="no such folder of test sets"):
        load_testset(SetRequest(entry.name), tmp_path / "nowhere")
    file.unlink()
    with pytest.raises(
        InputError, match=r"mtsum testsets pull tatoeba-v2021-08-07.*--testset tatoeba-v2021-08-07=PATH"
    ):
        load_testset(SetRequest(entry.name))
    with pytest.raises(InputError, match=r"ntrex-30-documents is not on this machine .* not published in this form"):
        load_testset(SetRequest("ntrex-30-documents"))


def test_a_copy_of_the_published_files_serves(tmp_path: Path) -> None:
    sources, references = ("".join(f"{word} {n}.\n" for n in range(1997)) for word in ("Fjala", "Word"))
    write(tmp_path / "NTREX-128/newstest2019-ref.sqi.txt", sources)
    write(tmp_path / "NTREX-128/newstest2019-src.eng.txt", references)
    write(tmp_path / "DOCUMENT_IDS.tsv", "".join(f"lajmi.{n // 20}\n" for n in range(1997)))
    assert load(tmp_path, "ntrex-128").documents == 100
    (tmp_path / "DOCUMENT_IDS.tsv").unlink()
    assert load(tmp_path, "ntrex-128").documents is None
    lines = ["".join(f"{word} {n}.\n" for n in range(1012)) for word in ("Fjala", "Word")]
    write(tmp_path / "flores/devtest/als_Latn.devtest", lines[0])
    write(tmp_path / "flores/devtest/eng_Latn.devtest", lines[1])
    rows = "".join(f"https://wiki/{n // 3}\tnews\n" for n in range(1012))
    write(tmp_path / "flores/metadata_devtest.tsv", f"URL\tdomain\n{rows}")
    assert load(tmp_path / "flores", "flores200-devtest").documents == 338
    write(tmp_path / "flores/metadata_devtest.tsv", f"address\tdomain\n{rows}")
    with pytest.raises(InputError, match=r"metadata_devtest.tsv: no column 'URL' in its header: address, domain"):
        load(tmp_path / "flores", "flores200-devtest")


def test_a_row_known_to_be_empty_is_left_out_and_said(tmp_path: Path) -> None:
    rows = [{"id": str(n), "document": f"Article {n}.", "summary": "One."} for n in range(11333)]
    rows.insert(5, {"id": "e", "document": "", "summary": "Two."})
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "test.parquet")
    made = load(tmp_path, "xsum")
    assert len(made.segments) == 11333
    assert made.notes == ("1 segments without text left out",)


def test_every_entry_says_where_it_is_from_and_what_may_be_done() -> None:
    entries = load_registry()
    for name in ("ntrex-128", "flores200-dev", "flores200-devtest", "tatoeba-v2021-08-07", "cnn-dailymail", "xsum"):
        assert entries[name].files
        assert entries[name].segments
    for entry in entries.values():
        assert entry.source.startswith("https://")
        assert entry.licence
        for file in entry.files:
            assert "{" not in entry.url(file)
            assert file.sha256 is None or len(file.sha256) == 64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('extra = "x"', r"unknown field extra; known: title, task"),
        ('task = "sport"', r"task 'sport' is none of translation, summarization, cross-lingual"),
        ('source_language = "klingon"', r"klingon"),
        ("segments = true", r"segments must be a number, not True"),
        ("note = 3", r"note must be a text, not 3"),
        ('columns = { text = "a" }', r"unknown column text; known: id, document"),
        ('files = [{ role = "video", url = "http://a" }]', r"role 'video' is none of source, reference"),
        ('files = [{ role = "source" }]', r"a file needs either url, or repository and file"),
        ('files = [{ role = "source", url = "http://a", colour = "red" }]', r"unknown field colour"),
        ("local = []", r"local must be a text"),
    ],
)
def test_a_registry_that_is_wrong_says_where(tmp_path: Path, change: str, message: str) -> None:
    fields = {
        "title": '"T"', "task": '"translation"', "source_language": '"sq"', "target_language": '"en"',
        "source": '"https://a"', "licence": '"L"', "local": '"a.tsv"',
    }  # fmt: skip
    name, value = change.split(" = ", 1)
    text = "\n".join(f"{key} = {each}" for key, each in (fields | {name: value}).items())
    file = write(tmp_path / "testsets.toml", f"[testset.a]\n{text}\n")
    with pytest.raises(InputError, match=message):
        registry_module.load_registry(file)


def test_a_registry_entry_needs_all_that_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="test set 'a': lacks title, task"):
        registry_module.load_registry(write(tmp_path / "a.toml", "[testset.a]\n"))
    with pytest.raises(InputError, match=r"unknown table model; known: testset\.NAME"):
        registry_module.load_registry(write(tmp_path / "b.toml", "[model.a]\n"))


@pytest.mark.parametrize(
    ("name", "segments", "documents"),
    [
        ("ntrex-30-documents", 470, 30),
        ("flores200-dev-510", 510, None),
        ("flores200-devtest", 1012, None),
        ("tatoeba-v2021-08-07", 1109, None),
        ("cnn_dm_subset", 537, None),
        ("xsum_subset", 2005, None),
        ("ntrex-articles", 30, None),
    ],
)
def test_the_copies_at_hand_are_what_the_registry_says(name: str, segments: int, documents: int | None) -> None:
    if not DATA.is_dir():
        pytest.skip("there is no folder of test sets at ../shared/data")
    made = load_testset(SetRequest(name), DATA)
    assert (len(made.segments), made.documents) == (segments, documents)
    assert made.task == find_entry(name).task
