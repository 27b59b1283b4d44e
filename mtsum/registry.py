"""The registry of models: ``models/models.toml`` read, checked and asked by alias, repository id or local directory.

Entries say what a model is; ``mtsum.hub`` says where its files are. A local directory gets an entry made from its own
files, so it works wherever an alias does.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from mtsum.errors import LanguageUnknown, ModelBroken, UsageError
from mtsum.languages import FAMILIES, Language, language

Task = Literal["translation", "summarization"]
TASKS: tuple[str, ...] = get_args(Task)

ANY_LANGUAGE = "*"
DESCRIPTION_FILE = "mtsum-model.json"  # written into converted directories; what it says goes before guesses
SOURCE_CONFIG = "source_config.json"  # a converted directory's copy of the config.json that it was made from


@dataclass(frozen=True)
class ModelEntry:
    """What the registry knows of a model.

    ``repository`` and ``revision`` (a commit of the Hugging Face Hub, or ``main`` where none is pinned) for a model
    that is downloaded; ``path`` for one that is not: relative to ``models/`` for a shipped one, absolute for a local
    directory. ``window`` is the most source tokens and ``max_target`` the most generated tokens, special tokens
    included. ``source_languages`` and ``target_languages`` are ISO 639-1 codes, ``"*"`` all that the family knows.
    ``checksums`` maps file names to SHA-256. ``parameters`` are defaults for ``GenerationSettings``. ``size_mb`` is the
    approximate size on disk in megabytes.
    """

    alias: str
    task: Task
    family: str
    licence: str
    size_mb: float
    window: int
    max_target: int
    source_languages: tuple[str, ...]
    target_languages: tuple[str, ...]
    note: str = ""
    repository: str | None = None
    revision: str | None = None
    path: str | None = None
    draft: bool = False
    default: bool = False
    checksums: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        """A directory of the user's, not one of the registry's models."""
        return self.path is not None and Path(self.path).is_absolute()

    @property
    def shipped(self) -> bool:
        """Comes with mtsum: nothing to download."""
        return self.path is not None and not self.local

    @property
    def noncommercial(self) -> bool:
        """The licence forbids commercial use; to be said wherever the model is chosen."""
        words = self.licence.casefold().replace("-", " ").split()
        return "nc" in words or "noncommercial" in words or ("non" in words and "commercial" in words)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a user must be told, on stderr, when this model is chosen: licence limits and drafts. One line each."""
        lines = []
        if self.draft:
            lines.append(f"{self.alias} is a draft model: read its output with care ({self.note})")
        if self.noncommercial:
            lines.append(f"{self.alias} may not be used commercially (licence: {self.licence})")
        return tuple(lines)

    def codes(self, source: str | Language, target: str | Language) -> tuple[str, str]:
        """The family's own codes of a source and a target language, for the engine.

        Raises ``LanguageUnknown`` for a name the table does not know and for a pair that this model does not do.
        """
        codes = []
        for side, name, known in (
            ("from", source, self.source_languages),
            ("to", target, self.target_languages),
        ):
            wanted = language(name)
            if ANY_LANGUAGE not in known and wanted.code not in known:
                does = "translates" if self.task == "translation" else "summarizes"
                raise LanguageUnknown(
                    f"{self.alias} {does} {side} {', '.join(known)}, not {side} {wanted.name} ({wanted.code})"
                )
            codes.append(wanted.code_for(self.family))
        return codes[0], codes[1]


class Registry:
    """The models that mtsum knows, in the order of the file."""

    def __init__(self, entries: tuple[ModelEntry, ...]) -> None:
        """Hold ``entries``; their aliases are unique."""
        self._entries = {entry.alias: entry for entry in entries}

    @property
    def entries(self) -> tuple[ModelEntry, ...]:
        """All entries, in the order of the file."""
        return tuple(self._entries.values())

    def default(self, task: str) -> ModelEntry:
        """The model that is used for ``task`` when none is named."""
        for entry in self.entries:
            if entry.default and entry.task == task:
                return entry
        raise UsageError(f"no default model for task {task!r}; tasks: {', '.join(TASKS)}")

    def entry(self, name: str | os.PathLike[str], task: str | None = None) -> ModelEntry:
        """The model that ``name`` means: an alias, a repository id, or a directory.

        ``task``, where given, is what the model is wanted for: a registry model of the other task is refused, and a
        directory, which does not say what it was trained for, is taken for it. Raises ``UsageError`` with close choices
        for a name that is none of the three, ``ModelBroken`` for a directory that holds no model.
        """
        text = os.fspath(name)
        found = self._entries.get(text) or next(
            (entry for entry in self.entries if text.casefold() in (entry.alias, (entry.repository or "").casefold())),
            None,
        )
        if found is None:
            directory = Path(text).expanduser()
            if not directory.is_dir():
                raise UsageError(self._unknown(text, task))
            found = self._of_directory(directory.resolve(), cast("Task | None", task))
        if task is not None and found.task != task:
            others = ", ".join(entry.alias for entry in self.entries if entry.task == task)
            raise UsageError(f"{text} is a {found.task} model; for {task} choose one of: {others}")
        return found

    def _of_directory(self, directory: Path, task: Task | None) -> ModelEntry:
        for entry in self.entries:
            if entry.shipped and (models_directory() / cast(str, entry.path)).resolve() == directory:
                return entry
        return entry_of_directory(directory, task)

    def _unknown(self, name: str, task: str | None) -> str:
        entries = [entry for entry in self.entries if task is None or entry.task == task]
        names = {text.casefold(): entry.alias for entry in entries for text in (entry.alias, entry.repository) if text}
        close = difflib.get_close_matches(name.casefold(), names, n=4, cutoff=0.4)
        meant = list(dict.fromkeys(names[match] for match in close)) or [entry.alias for entry in entries]
        return (
            f"unknown model {name!r}: neither an alias or repository of the registry nor a directory; "
            f"did you mean {', '.join(meant)}? `mtsum models list` shows all"
        )


def models_directory() -> Path:
    """The directory of ``models.toml`` and the shipped models: the package's where installed, else the repository's."""
    package = Path(__file__).resolve().parent
    installed = package / "models"
    return installed if (installed / "models.toml").is_file() else package.parent / "models"


def load_registry(file: Path | None = None) -> Registry:
    """The registry of ``file``, by default the shipped ``models.toml``. Raises ``ModelBroken`` where it is invalid."""
    file = file or models_directory() / "models.toml"
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ModelBroken(f"{file}: the registry of models cannot be read ({problem.strerror})") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ModelBroken(f"{file}: not valid TOML: {problem}") from problem
    if set(tables) - {"model"}:
        raise ModelBroken(f"{file}: unknown table {', '.join(sorted(set(tables) - {'model'}))}; known: model.ALIAS")
    return Registry(tuple(_entry(file, alias, table) for alias, table in tables.get("model", {}).items()))


def _entry(file: Path, alias: str, table: dict[str, Any]) -> ModelEntry:
    where = f"{file}: model {alias!r}"
    fields = {each.name: each for each in dataclasses.fields(ModelEntry) if each.name != "alias"}
    if unknown := sorted(set(table) - set(fields)):
        raise ModelBroken(f"{where}: unknown field {', '.join(unknown)}; known: {', '.join(fields)}")
    required = [
        name
        for name, each in fields.items()
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in required if name not in table]:
        raise ModelBroken(f"{where}: lacks {', '.join(missing)}")
    for name, choices in (("task", TASKS), ("family", FAMILIES)):
        if table[name] not in choices:
            raise ModelBroken(f"{where}: {name} {table[name]!r} is none of {', '.join(choices)}")
    if ("path" in table) == ("repository" in table):
        raise ModelBroken(f"{where}: give either path (shipped) or repository and revision (downloaded)")
    if ("repository" in table) != ("revision" in table):
        raise ModelBroken(f"{where}: repository and revision go together")
    for name in ("window", "max_target", "size_mb"):
        if isinstance(table[name], bool) or not isinstance(table[name], int | float) or table[name] <= 0:
            raise ModelBroken(f"{where}: {name} must be a number above 0, not {table[name]!r}")
    try:
        for name in ("source_languages", "target_languages"):
            table[name] = tuple(code if code == ANY_LANGUAGE else language(code).code for code in table[name])
    except LanguageUnknown as problem:
        raise ModelBroken(f"{where}: {problem}") from problem
    return ModelEntry(alias=alias, **table)


# A checkpoint's ``model_type`` names its family, save where two families share an architecture.
_FAMILY_OF_TYPE = {
    "marian": "marian",
    "m2m_100": "m2m100",
    "nllb": "nllb",
    "mbart": "mbart",
    "t5": "t5",
    "mt5": "t5",
    "umt5": "t5",
    "bart": "bart",
    "pegasus": "pegasus",
}
# Tokens that only one family's vocabulary has, in the order to be tried.
_MARKS = (
    (b"eng_Latn", "nllb"),
    (b"__en__", "m2m100"),
    (b"en_XX", "mbart"),
    (b"<2en>", "madlad"),
    (b"<extra_id_0>", "t5"),
    (b"<unk_2>", "pegasus"),
)
_VOCABULARIES = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "shared_vocabulary.json",
    "source_vocabulary.json",
    "tokenizer.json",
    "spiece.model",
    "sentencepiece.model",
)


def family_of_config(config: Mapping[str, Any], directory: Path) -> str:
    """The family of the model in ``directory``, whose ``config.json`` holds ``config`` (Hugging Face or CTranslate2).

    Raises ``ModelBroken`` where the files do not tell, or tell of a family that mtsum does not have.
    """
    model_type = config.get("model_type")
    if model_type is None:  # CTranslate2's config.json names no architecture
        if (directory / "source.spm").is_file():
            return "marian"
        marked = _marked_family(directory, {family for _, family in _MARKS})
        if marked is None and config.get("decoder_start_token") == "</s>":
            return "bart"
        if marked is None:
            raise ModelBroken(
                f"{directory}: its config.json does not tell the family; add {DESCRIPTION_FILE} with "
                f'{{"family": ...}}, one of {", ".join(FAMILIES)}'
            )
        return marked
    family = _FAMILY_OF_TYPE.get(model_type)
    if family is None:
        raise ModelBroken(
            f"{directory}: models of type {model_type!r} are not supported; supported: {', '.join(_FAMILY_OF_TYPE)}"
        )
    if family == "m2m100":
        return _marked_family(directory, {"nllb"}) or "m2m100"
    if family == "t5":
        return _marked_family(directory, {"madlad"}) or "t5"
    return family


def _marked_family(directory: Path, families: set[str]) -> str | None:
    vocabularies = [(directory / name).read_bytes() for name in _VOCABULARIES if (directory / name).is_file()]
    for mark, family in _MARKS:
        if family in families and any(mark in vocabulary for vocabulary in vocabularies):
            return family
    return None


def entry_of_directory(directory: Path, task: Task | None = None) -> ModelEntry:
    """An entry for the model files in ``directory``, from its ``mtsum-model.json`` and ``config.json``.

    ``task`` is what the caller wants it for, in case the files do not say. Raises ``ModelBroken``.
    """
    description = _read_json(directory / DESCRIPTION_FILE) if (directory / DESCRIPTION_FILE).is_file() else {}
    config = _read_json(directory / "config.json")
    if (directory / SOURCE_CONFIG).is_file():
        config = _read_json(directory / SOURCE_CONFIG)
    family = description.get("family") or family_of_config(config, directory)
    if family not in FAMILIES:
        raise ModelBroken(f"{directory}/{DESCRIPTION_FILE}: family {family!r} is none of {', '.join(FAMILIES)}")
    guessed: Task = "summarization" if family in ("bart", "pegasus") else "translation"
    positions = config.get("max_position_embeddings") or config.get("n_positions") or 512
    return ModelEntry(
        alias=str(directory),
        task=description.get("task") or task or guessed,
        family=family,
        licence=description.get("licence", "unknown: that of the directory's model"),
        size_mb=round(sum(file.stat().st_size for file in directory.iterdir() if file.is_file()) / 1e6, 1),
        window=int(description.get("window", positions)),
        max_target=int(description.get("max_target", positions)),
        source_languages=tuple(description.get("source_languages", (ANY_LANGUAGE,))),
        target_languages=tuple(description.get("target_languages", (ANY_LANGUAGE,))),
        note=description.get("note", "local directory"),
        path=str(directory),
        parameters=description.get("parameters", {}),
    )


def description_of(entry: ModelEntry) -> dict[str, Any]:
    """What ``mtsum-model.json`` says of a copy or conversion of ``entry``, so that it keeps its limits and licence."""
    kept = ("task", "family", "licence", "window", "max_target", "source_languages", "target_languages", "parameters")
    origin = {"alias": entry.alias, "repository": entry.repository, "revision": entry.revision}
    description = {**{name: getattr(entry, name) for name in kept}, "note": entry.note, "origin": origin}
    if entry.local:
        del description["task"]  # a directory's task is a guess until the caller says what it is wanted for
    return description


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise ModelBroken(f"{file.parent}: no {file.name}: not a model directory, or an incomplete one") from problem
    except (OSError, ValueError) as problem:
        raise ModelBroken(f"{file}: cannot be read as JSON: {problem}") from problem
    if not isinstance(content, dict):
        raise ModelBroken(f"{file}: must hold a JSON object, not a {type(content).__name__}")
    return content
