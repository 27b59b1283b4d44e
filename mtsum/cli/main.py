"""The ``mtsum`` command: a group that loads commands when called, and the place where errors become messages."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from mtsum import __version__
from mtsum.errors import MtsumError

# Name -> (module:attribute, what `mtsum --help` says). The texts stand here so that help imports no command.
COMMANDS = {
    "translate": ("mtsum.cli.translate:translate", "Translate Albanian articles into English."),
    "summarize": ("mtsum.cli.summarize:summarize", "Summarize articles in English, each claim tied to its source."),
    "batch": ("mtsum.cli.batch:batch", "Translate or summarize a corpus: resumable, to files of records."),
    "export": ("mtsum.cli.export:export", "Write the records of a run as a table, a digest or a page."),
    "cache": ("mtsum.cli.cache:cache", "Show, clear, import and export the memory of translated sentences."),
    "score": ("mtsum.cli.score:score", "Score outputs against references: signatures, intervals, paired tests."),
    "testsets": ("mtsum.cli.testsets:testsets", "List, show and fetch test sets."),
    "benchmark": ("mtsum.cli.benchmark:benchmark", "Run models on test sets: quality, speed, memory, and a report."),
    "report": ("mtsum.cli.report:report", "Write a benchmark's report again, from its stored scores."),
    "models": ("mtsum.cli.models:models", "List, show, pull, convert and verify models."),
    "doctor": ("mtsum.cli.doctor:doctor", "Check that this installation works, and say how to mend it."),
    "completion": ("mtsum.cli.completion:completion", "Print the completion script of a shell."),
}
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command only when it is called, and ends with the status its errors ask for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called ``cmd_name``, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in ``--help``, written without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the close choices named when there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=2) or list(COMMANDS)
            ctx.fail(f"no command {args[0]!r}; did you mean {' or '.join(close)}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; mtsum's own errors become one line on stderr and their exit status."""
        try:
            return super().invoke(ctx)
        except MtsumError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_status)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click's, with 130 after Ctrl-C and quiet when the reader of stdout has gone away."""
        run: Any = super().main
        if not kwargs.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **kwargs)
        try:
            status = run(*args, standalone_mode=False, **kwargs)
            sys.stdout.flush()
            sys.exit(status if isinstance(status, int) else 0)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # `mtsum ... | head` is no error; what is still buffered must not fail once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(0)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  mtsum translate article.txt
  mtsum summarize article.txt --length short
  cat article.txt | mtsum summarize --json
""",
)
@click.version_option(__version__, prog_name="mtsum")
def cli() -> None:
    """Translate Albanian news into English and summarize it: offline, nothing cut, every claim traceable."""


def main() -> NoReturn:
    """Entry point of the ``mtsum`` script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="backslashreplace" if stream is sys.stderr else "surrogateescape"
            )
    # A polite kill cleans up like Ctrl-C does: no half-written file stays.
    signal.signal(signal.SIGTERM, _terminate)
    cli(prog_name="mtsum")
    raise SystemExit(0)


def _terminate(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)
