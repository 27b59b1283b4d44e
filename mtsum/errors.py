"""Every error that mtsum raises on purpose: what was wrong, where, and what would be right.

The command line turns an error into one line on stderr and the error's ``exit_status``: 2 for a call that cannot
work as written, 1 for input or models that failed while the call itself was fine.
"""

from __future__ import annotations

from collections.abc import Mapping


class MtsumError(Exception):
    """Base of all of mtsum's own errors."""

    exit_status = 1


class UsageError(MtsumError):
    """The call itself is wrong: an unknown option value, language, model or setting."""

    exit_status = 2


class LanguageUnknown(UsageError):
    """A language name that the table of languages does not know, or a model that does not speak it."""


class InputError(MtsumError):
    """An input file or record that cannot be read. ``where`` names the file, and the line where there is one.

    ``id`` is the record's own identifier, where it has one that could be read, and ``extra`` its other columns.
    """

    def __init__(
        self,
        message: str,
        where: str | None = None,
        id: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.id = id
        self.extra = dict(extra or {})


class InputUnreachable(MtsumError):
    """Input that is there but cannot be read for now: the network or a server failed. Trying again may help."""


class ModelNotFound(MtsumError):
    """A model that is neither shipped, nor on this machine, nor to be had without the network."""


class ModelBroken(MtsumError):
    """A model directory that is incomplete, fails its checksum, or would need unsafe loading."""


class SegmentTooLong(MtsumError):
    """A segment that exceeds the model's window and has no boundary to split it at."""


class EngineError(MtsumError):
    """The inference engine failed: out of memory at batch size one, or a device that is not there."""


class MemoryBroken(MtsumError):
    """A translation memory that is damaged, locked, of another version, or cannot be read or written where it lies."""
