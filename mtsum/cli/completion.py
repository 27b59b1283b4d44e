"""``mtsum completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog="""\b
Examples:
  mtsum completion bash >> ~/.bashrc
  mtsum completion zsh >> ~/.zshrc
  mtsum completion fish > ~/.config/fish/completions/mtsum.fish
""",
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete mtsum's commands and options."""
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}; choose one of {', '.join(SHELLS)}")
    # What BashComplete.__init__ does not need is left out: source() would call bash to learn its version.
    script = made(ctx.find_root().command, {}, "mtsum", "_MTSUM_COMPLETE")
    click.echo(script.source_template % script.source_vars())
