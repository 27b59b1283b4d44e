"""CTranslate2's ``model.bin``: a header, then named variables, then aliases.

The layout is that of ``ctranslate2/specs/model_spec.py``: little-endian; strings are length-prefixed (16 bits) and end
in a zero byte; a variable is its name, rank, dimensions, type, byte count and bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mtsum.errors import ModelBroken

if TYPE_CHECKING:
    import numpy as np

_BINARY_VERSIONS = (5, 6)
_TYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")


@dataclass(frozen=True)
class Variable:
    """Where a variable's bytes lie in the file. ``dtype`` is one of numpy's names, or ``bfloat16``."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    offset: int
    size: int


@dataclass(frozen=True)
class ModelFile:
    """The contents of a ``model.bin``: ``variables`` by name, and ``aliases``: other names of the same variables."""

    path: Path
    specification: str
    revision: int
    variables: dict[str, Variable]
    aliases: dict[str, str]

    def find(self, name: str) -> Variable | None:
        """The variable of this name or alias, or None."""
        return self.variables.get(self.aliases.get(name, name))

    def read(self, name: str) -> np.ndarray:
        """The values of a variable; raises ``ModelBroken`` when there is no such variable."""
        import numpy as np

        variable = self.find(name)
        if variable is None:
            raise ModelBroken(f"{self.path} has no variable {name}")
        with self.path.open("rb") as file:
            file.seek(variable.offset)
            content = file.read(variable.size)
        if variable.dtype == "bfloat16":  # numpy has no bfloat16: it is the upper half of a float32
            values = (np.frombuffer(content, dtype="<u2").astype("<u4") << 16).view("<f4")
        else:
            values = np.frombuffer(content, dtype=np.dtype(variable.dtype).newbyteorder("<"))
        return values.reshape(variable.shape)


def read_model_file(path: Path) -> ModelFile:
    """Read names, shapes and places of all variables, not their values (milliseconds, whatever the model's size).

    Raises ``ModelBroken`` for a file that is missing, of another layout, or cut short.
    """
    if not path.is_file():
        raise ModelBroken(f"{path.parent} has no {path.name}")
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            (version,) = _unpack(file, "<I")
            if version not in _BINARY_VERSIONS:
                raise ModelBroken(f"{path} has layout {version}; known: {', '.join(map(str, _BINARY_VERSIONS))}")
            specification = _string(file)
            revision, count = _unpack(file, "<II")
            variables: dict[str, Variable] = {}
            for _ in range(count):
                name = _string(file)
                (rank,) = _unpack(file, "<B")
                shape = _unpack(file, f"<{rank}I")
                type_id, n_bytes = _unpack(file, "<BI")
                variables[name] = Variable(name, shape, _TYPES[type_id], file.tell(), n_bytes)
                if file.tell() + n_bytes > size:
                    raise ModelBroken(f"{path} is cut short: it ends inside the variable {name}")
                file.seek(n_bytes, 1)
            (count,) = _unpack(file, "<I")
            aliases = {_string(file): _string(file) for _ in range(count)}
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ModelBroken(f"{path} is no CTranslate2 model, or is cut short: {error}") from error
    return ModelFile(path, specification, revision, variables, aliases)


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "<H")
    return file.read(length)[:-1].decode("utf-8")
