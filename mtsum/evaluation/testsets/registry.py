"""The registry of test sets, ``testsets.toml``, read and checked."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, cast, get_type_hints
from urllib.parse import urlsplit

from mtsum.errors import InputError, LanguageUnknown, UsageError
from mtsum.evaluation.testsets.segments import TASKS, Task
from mtsum.languages import language

REGISTRY_FILE = Path(__file__).with_name("testsets.toml")
ROLES = ("source", "reference", "documents", "records")
COLUMNS = ("id", "document", "source", "reference")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a test set, and where it is published: at ``url``, or as ``file`` of a Hub ``repository``.

    ``role`` says what it holds: ``source``, ``reference`` and ``documents`` are read line by line beside each other,
    ``records`` is a table. ``member`` is the path in the archive at ``url``, ``column`` the one column that is meant of
    a table with a header. ``sha256`` is that of what is downloaded (the archive's, where it is one).
    """

    role: str
    url: str | None = None
    repository: str | None = None
    file: str | None = None
    member: str | None = None
    column: str | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """The file's own name: what it is called where it has been pulled, and looked for in a folder."""
        return PurePosixPath(self.member or self.file or urlsplit(cast(str, self.url)).path).name

    @property
    def upstream_path(self) -> str:
        """Its path as published, where a copy of the whole may have it too."""
        return self.member or self.file or urlsplit(cast(str, self.url)).path.lstrip("/")


@dataclass(frozen=True)
class SetEntry:
    """What the registry knows of a test set.

    ``source`` is the address to cite. ``revision`` stands for ``{revision}`` in the addresses of ``files``. ``segments``
    is how many the whole set has and ``empty`` how many more it has without text, which are left out. ``documents`` says
    in words where boundaries of documents come from; an empty text means that there are none. ``columns`` maps ``id``,
    ``document``, ``source`` and ``reference`` to the columns of a table. ``local`` is the set's place below a folder of
    test sets. A set without ``files`` can't be pulled.
    """

    name: str
    title: str
    task: Task
    source_language: str
    target_language: str
    source: str
    licence: str
    reference_language: str | None = None
    revision: str | None = None
    segments: int | None = None
    empty: int = 0
    documents: str = ""
    local: str | None = None
    note: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    files: tuple[RemoteFile, ...] = ()

    def url(self, file: RemoteFile) -> str:
        """The address of ``file``, for people: that of the Hub's page for one of a repository."""
        if file.url is not None:
            return file.url.replace("{revision}", self.revision or "")
        return f"https://huggingface.co/datasets/{file.repository}/resolve/{self.revision or 'main'}/{file.file}"


@lru_cache(maxsize=4)
def load_registry(file: Path = REGISTRY_FILE) -> Mapping[str, SetEntry]:
    """The entries of ``file`` by name, in its order. Raises ``InputError`` where it is invalid."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InputError(f"the registry of test sets cannot be read ({problem.strerror})", str(file)) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError(f"not valid TOML: {problem}", str(file)) from problem
    if unknown := set(tables) - {"testset"}:
        raise InputError(f"unknown table {', '.join(sorted(unknown))}; known: testset.NAME", str(file))
    return {name: _entry(f"{file}: test set {name!r}", name, table) for name, table in tables["testset"].items()}


def find_entry(name: str) -> SetEntry:
    """The entry called ``name``, in any case, with ``_`` for ``-``. Raises ``UsageError`` with close choices."""
    known = {_plain(each): entry for each, entry in load_registry().items()}
    if _plain(name) in known:
        return known[_plain(name)]
    close = difflib.get_close_matches(_plain(name), known, n=3, cutoff=0.5)
    meant = ", ".join(known[each].name for each in close) or ", ".join(load_registry())
    raise UsageError(
        f"no test set {name!r}: neither one of the registry nor a file; did you mean {meant}? "
        "`mtsum testsets list` shows all"
    )


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def _entry(where: str, name: str, table: dict[str, Any]) -> SetEntry:
    made = dict(table)
    _check_fields(where, SetEntry, made, implied=("name",))
    if made["task"] not in TASKS:
        raise InputError(f"task {made['task']!r} is none of {', '.join(TASKS)}", where)
    try:
        for each in ("source_language", "target_language", "reference_language"):
            if each in made:
                made[each] = language(made[each]).code
    except LanguageUnknown as problem:
        raise InputError(str(problem), where) from problem
    if unknown := set(made.get("columns", {})) - set(COLUMNS):
        raise InputError(f"unknown column {', '.join(sorted(unknown))}; known: {', '.join(COLUMNS)}", where)
    made["files"] = tuple(_file(where, each) for each in made.get("files", ()))
    if not made["files"] and "local" not in made:
        raise InputError("give files (to be pulled), local (a place below a folder of test sets), or both", where)
    return SetEntry(name=name, **made)


def _file(where: str, table: dict[str, Any]) -> RemoteFile:
    _check_fields(f"{where}, a file", RemoteFile, table)
    if table["role"] not in ROLES:
        raise InputError(f"role {table['role']!r} is none of {', '.join(ROLES)}", where)
    if ("url" in table) == ("repository" in table) or ("repository" in table) != ("file" in table):
        raise InputError("a file needs either url, or repository and file", where)
    return RemoteFile(**table)


def _check_fields(where: str, kind: type, table: Mapping[str, Any], implied: tuple[str, ...] = ()) -> None:
    """Raises ``InputError`` for unknown and lacking fields of the dataclass ``kind`` and for values of a wrong type."""
    fields = {each.name: each for each in dataclasses.fields(kind) if each.name not in implied}
    if unknown := sorted(set(table) - set(fields)):
        raise InputError(f"unknown field {', '.join(unknown)}; known: {', '.join(fields)}", where)
    required = [
        name
        for name, each in fields.items()
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in required if name not in table]:
        raise InputError(f"lacks {', '.join(missing)}", where)
    hints = get_type_hints(kind)
    for name, value in table.items():
        wanted = int if hints[name] in (int, int | None) else str
        if name not in ("columns", "files") and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise InputError(f"{name} must be {'a number' if wanted is int else 'a text'}, not {value!r}", where)
