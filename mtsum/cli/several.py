"""Options that take one value or several: ``--models A B``, ``--models A --models B`` and ``--models A,B``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click


class SeveralCommand(click.Command):
    """A command whose repeatable options take all the values that follow them, up to the next option.

    A value that ends as a configuration file does (``.yaml``, ``.yml``) is the command's argument, wherever it stands.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's, with the option's name put before each of its values."""
        names = {
            name for parameter in self.params if isinstance(parameter, click.Option) and parameter.multiple
            for name in parameter.opts
        }  # fmt: skip
        return super().parse_args(ctx, spread(args, names))


def spread(args: Sequence[str], names: set[str]) -> list[str]:
    """``args`` with ``--name a b`` written as ``--name a --name b`` for every option of ``names``."""
    made: list[str] = []
    name: str | None = None
    waiting = False
    for at, arg in enumerate(args):
        if arg == "--":
            return [*made, *args[at:]]
        if arg.startswith("-") and len(arg) > 1:
            if waiting:
                raise click.UsageError(f"option {name} needs a value")
            option, equals, _ = arg.partition("=")
            name = option if option in names else None
            waiting = name is not None and not equals
            made.append(arg)
        elif waiting or name is None or arg.endswith((".yaml", ".yml")):
            waiting = False
            made.append(arg)
        else:
            made += [name, arg]
    if waiting:
        raise click.UsageError(f"option {name} needs a value")
    return made


def several(*declarations: str, kind: click.ParamType | None = None, **options: Any) -> Callable[..., Any]:
    """A repeatable option whose values may also stand in one with commas between, unless a file is called so."""

    def split(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Any, ...]:
        parts = [part for value in values for part in ([value] if Path(value).exists() else value.split(",")) if part]
        return tuple(kind.convert(part, parameter, ctx) if kind else part for part in parts)

    return click.option(*declarations, multiple=True, callback=split, **options)
