"""What is told of a run while it goes on and when it ends."""

from __future__ import annotations

import io

import pytest

from mtsum.corpus.progress import FIRST_LINE, LINE_EVERY, LineWatcher, Meter, TerminalWatcher, Watcher
from mtsum.corpus.report import Report, closing_lines, duration
from mtsum.corpus.tally import Tally
from mtsum.corpus.work import Done


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_figures_are_those_since_the_start_and_the_estimate_knows_what_was_done_before() -> None:
    clock = Clock()
    meter = Meter(total=1000, before=500, errors=1, clock=clock)
    assert meter.left == "time left not known yet"
    clock.now += 100
    meter.done, meter.texts, meter.tokens = 100, 2500, 50_000
    assert meter.articles == "600 of 1,000 articles (60.0%)"
    assert meter.speed == "25.0 sentences/s, 500 tokens/s"
    assert meter.left == "about 6 min 40 s left"
    assert meter.failed == "1 error"
    assert Meter(total=None, before=0, errors=0, clock=clock).articles == "0 articles"


def test_in_a_pipe_a_line_comes_soon_and_then_every_minute() -> None:
    clock, stream = Clock(), io.StringIO()
    watcher = LineWatcher(stream, clock)
    watcher.begin(total=100, before=0, errors=0)
    times = []
    start = clock.now
    for _ in range(300):
        clock.now += 1
        before = stream.tell()
        watcher.wrote(10, 200)
        if stream.tell() > before:
            times.append(clock.now - start)
    watcher.finished(64, 2)
    assert times == [FIRST_LINE + LINE_EVERY * number for number in range(5)]
    last = stream.getvalue().splitlines()[-1]
    assert "0 of 100 articles (0.0%), 10.0 sentences/s, 200 tokens/s, time left not known yet, 0 errors" in last


def test_on_a_terminal_the_figures_are_shown_and_taken_away() -> None:
    from rich.console import Console

    stream = io.StringIO()
    watcher = TerminalWatcher(Console(file=stream, force_terminal=True, width=160))
    watcher.end()  # a run may fail before it begins
    watcher.begin(total=100, before=36, errors=0)
    watcher.wrote(10, 200)
    watcher.finished(64, 2)
    watcher.begin(total=2, before=0, errors=0)
    watcher.finished(1, 0)
    watcher.end()
    shown = stream.getvalue()
    assert "of 2 articles (50.0%)" in shown
    assert "sentences/s" in shown
    assert "left" in shown


def test_the_quiet_watcher_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = Watcher()
    watcher.begin(3, 0, 0)
    watcher.wrote(1, 2)
    watcher.finished(3, 0)
    watcher.end()
    assert capsys.readouterr() == ("", "")


def test_the_closing_lines_tell_counts_flags_stages_and_the_slowest() -> None:
    report = Report()
    for number, seconds in enumerate((1.0, 9.0, 2.0, 30.0)):
        record = {"error": None, "translation": None, "summary": None}
        report.add(
            [f"a{number}", f"b{number}"], Done((record, record), 40, 35, 700, {"translate": seconds, "split": 0.5})
        )
    report.total = Tally(records=10, sentences=200)
    report.total.errors.update(empty=2, language=1)
    report.total.flags.update(names=7, numbers=3)
    report.started -= 60
    lines = closing_lines(report)
    assert lines[0] == "10 articles, 200 sentences translated, 3 errors (empty 2, language 1)"
    assert lines[1] == "flags of translated sentences: names 7, numbers 3"
    assert lines[2].startswith("now: 8 articles with 160 sentences in 1 min 0 s: 8.0 articles a minute, 2.7 sentences")
    assert lines[2].endswith("models wrote 140 texts, 47 tokens a second")
    assert lines[3] == "time: translate 42 s, split 2.0 s"
    assert lines[4] == (
        "slowest: a3 to b3 (2 articles, 40 sentences) 30 s; a1 to b1 (2 articles, 40 sentences) 9.5 s; "
        "a2 to b2 (2 articles, 40 sentences) 2.5 s"
    )


def test_one_is_counted_as_one() -> None:
    report = Report()
    record = {"error": None, "translation": None, "summary": None}
    report.add(["a"], Done((record,), 1, 1, 9, {"translate": 1.0}))
    report.total = Tally(records=1, sentences=1)
    report.started -= 60
    lines = closing_lines(report)
    assert lines[0] == "1 article, 1 sentence translated, no errors"
    assert lines[1].startswith("now: 1 article with 1 sentence in 1 min 0 s")
    assert "models wrote 1 text, " in lines[1]
    assert lines[-1] == "slowest: a (1 article, 1 sentence) 1.0 s"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (18120, "5 h 2 min")],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said
