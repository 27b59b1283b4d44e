"""Runs ``mtsum batch`` in process after process, each killed by SIGKILL: the imports are done once, so it takes little time.

    python forked_batch.py random SEED KILLS -- ARGUMENTS     kills at random moments
    python forked_batch.py writes -- ARGUMENTS                kills at the first, second, ... thing done to the disk

Every process is a fork of this one in which nothing was loaded or opened yet, and runs the command as ``mtsum`` does. With
``random`` a process lives a random part of what is left of an undisturbed run. With ``writes`` process N dies at its Nth
change of the disk (``fsync``, ``replace``, ``unlink``, ``rmdir``, ``mkdir``), until one comes to its end. Prints a line of
JSON: how many were killed, and the exit status of the last one, which was left alone.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import ctranslate2
import numpy  # noqa: F401  (loaded by the command, so that forks need not)
import pycld2  # noqa: F401
import tokenizers  # noqa: F401

import mtsum.cli.batch
from mtsum.cli.main import main

CHANGES = ("fsync", "replace", "unlink", "rmdir", "mkdir")


def started(arguments: list[str], prepare: Callable[[], None] = lambda: None) -> int:
    """The number of a process that runs the command."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    try:
        prepare()
        sys.argv = ["mtsum", "batch", *arguments]
        main()
    except SystemExit as ending:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ending.code if isinstance(ending.code, int) else 1)
    finally:
        os._exit(70)


def ended(process: int) -> int:
    """The exit status of a process, negative for a signal; waits for it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def die_at_change(number: int) -> None:
    """Has this process killed at the ``number``-th change of the disk: before it when that is odd, else after it."""
    left = number

    def dying(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            made = change(*arguments, **options)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return made

        return changed

    for name in CHANGES:
        setattr(os, name, dying(getattr(os, name)))


def kill_at_random(seed: int, kills: int, arguments: list[str]) -> tuple[int, int]:
    """How many processes were killed, and the status of the last one."""
    chance = random.Random(seed)
    killed = 0
    longest = 0.8
    while killed < kills:
        process = started(arguments)
        time.sleep(longest * chance.random())
        os.kill(process, signal.SIGKILL)
        status = ended(process)
        if status != -signal.SIGKILL:
            return killed, status
        killed += 1
    return killed, ended(started(arguments))


def kill_at_changes(arguments: list[str]) -> tuple[int, int]:
    """How many processes were killed, and the status of the last one."""
    killed = 0
    while True:
        status = ended(started(arguments, partial(die_at_change, killed + 1)))
        if status != -signal.SIGKILL:
            return killed, status
        killed += 1


if __name__ == "__main__":
    at = sys.argv.index("--")
    how, command = sys.argv[1], sys.argv[at + 1 :]
    assert ctranslate2 and mtsum.cli.batch
    count, last = (
        kill_at_random(int(sys.argv[2]), int(sys.argv[3]), command) if how == "random" else kill_at_changes(command)
    )
    print(json.dumps({"killed": count, "status": last}))
