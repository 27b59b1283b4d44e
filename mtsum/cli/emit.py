"""Results as text or records, one for each input, in the order of the inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from mtsum.cli.notes import Notes
from mtsum.cli.options import OutputChoice
from mtsum.cli.output import open_output
from mtsum.documents import Article
from mtsum.errors import InputError
from mtsum.records import RunMeta, error_record, json_line, record
from mtsum.summarization import Summary
from mtsum.translation import NEUTRAL_FLAGS, Translation


@dataclass(frozen=True)
class Result:
    """What became of one input: an article with what was made of it, or the error in its place.

    ``text`` is what stands for it in text output.
    """

    item: Article | InputError
    text: str = ""
    translation: Translation | None = None
    summary: Summary | None = None
    error: str | None = None

    @property
    def errors(self) -> tuple[str, ...]:
        """All that failed, as lines that name the input."""
        if isinstance(self.item, InputError):
            return (str(self.item),)
        found = [*([self.error] if self.error else []), *(self.translation.errors if self.translation else ())]
        return tuple(f"{self.item.name}: {problem}" for problem in found)


def emit(results: Sequence[Result], output: OutputChoice, meta: RunMeta, notes: Notes) -> int:
    """Writes all results and says their errors; the exit status: 0, or 1 when some of them failed.

    Records are one a line, failed ones included. Texts of several inputs stand under a line ``# name`` each; one that
    failed has no text. A file to write is left as it was when nothing succeeded and no records were asked for.
    """
    failed = False
    for result in results:
        for line in result.errors:
            notes.error(line)
            failed = True
        if isinstance(result.item, Article) and result.translation is not None:
            _say_flags(result.item.name, result.translation, notes)
    texts = [result for result in results if result.text]
    if output.json or texts:
        with open_output(output.path) as stream:
            if output.json:
                for result in results:
                    stream.write(json_line(_record(result, meta)) + "\n")
            else:
                _write_texts(stream, texts, headed=len(results) > 1)
    return 1 if failed else 0


def _say_flags(name: str, translation: Translation, notes: Notes) -> None:
    """One line on how many sentences look wrong and why: the text alone does not show it."""
    counts = Counter(flag for sentence in translation.sentences for flag in sentence.flags)
    flagged = sum(bool(set(sentence.flags) - NEUTRAL_FLAGS) for sentence in translation.sentences)
    if flagged:
        why = ", ".join(f"{flag} {count}" for flag, count in counts.most_common() if flag not in NEUTRAL_FLAGS)
        notes.note(
            f"{name}: {flagged} of {len(translation.sentences)} sentences may be wrong ({why}); --json shows them"
        )
    if edited := counts["edited"]:
        notes.note(f"{name}: {edited} sentence{'s' if edited > 1 else ''} as corrected in the memory")


def _write_texts(stream: TextIO, results: Sequence[Result], headed: bool) -> None:
    for position, result in enumerate(results):
        if headed:
            name = result.item.name if isinstance(result.item, Article) else ""
            stream.write(("\n" if position else "") + f"# {name}\n\n")
        stream.write(result.text if result.text.endswith("\n") else result.text + "\n")


def _record(result: Result, meta: RunMeta) -> dict[str, object]:
    if isinstance(result.item, InputError):
        return error_record(result.item.where or "", str(result.item), meta)
    return record(result.item, result.translation, result.summary, meta, result.error)
