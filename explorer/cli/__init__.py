"""The same from the command line: `explorer list|shapes|explain|check|error|quiz|twins|who|train|inside|export|bench`.

options  -> what commands are told: experiments and shapes
printing -> tables, changes of code, and one console for all
models   -> list, shapes, explain, quiz, twins
code     -> check, error
who      -> who
training -> train, bench
inside   -> inside
take_home -> export

From top to bottom: a module imports what stands above it.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import click

from explorer import __version__
from explorer.cli import code, inside, models, take_home, training, who

EXIT_CODES = """\b
Exit codes
  0  it worked
  1  the answer is no: the code has a problem, the error is not known, or the loss was no longer a finite number
  2  it cannot be done: an unknown name, a value that is not allowed, a file that is not there
  130  you stopped it
"""


# A full disk or quota, a limit of a file's size, a device that fails.
_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class _NobodyReads(Exception):
    """Whoever read the output has gone (`| head`)."""


@contextmanager
def _read_to_the_end() -> Iterator[None]:
    # Click itself would end with 1 at a broken pipe; and what is still in the buffer would meet it only after `main`.
    if sys.stdout is None:
        raise ValueError("The output cannot be written: standard output is closed.")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise _NobodyReads from None
    except OSError as error:
        # Of a file or a connection it says something else.
        if error.filename is not None or error.errno not in _OF_OUTPUT:
            raise
        _drop_output()
        raise ValueError(f"The output cannot be written: {error.strerror or error}.") from error


def _drop_output() -> None:
    """What is left in the buffer goes nowhere, quietly, when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Commands(click.Group):
    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        with _read_to_the_end():  # --help is written here
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        with _read_to_the_end():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    help="Recurrent Keras models: what every layer does to the axes, and their training.",
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="explorer", message="%(prog)s %(version)s")
def commands() -> None:
    pass


for _command in (*models.COMMANDS, *code.COMMANDS, *who.COMMANDS, *training.COMMANDS, *inside.COMMANDS, *take_home.COMMANDS):
    # Click would cut it short.
    _command.short_help = (_command.help or "").partition(".\n")[0].removesuffix(".") + "."
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, and return the exit code that `--help` tells of."""
    program = "explorer" if sys.argv[0].endswith("explorer") else "python -m explorer"
    try:
        return commands.main(arguments, prog_name=program, standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except _NobodyReads:
        _drop_output()
        return 0
    except (click.Abort, KeyboardInterrupt):
        print("\nEnded.", file=sys.stderr)
        return 130
