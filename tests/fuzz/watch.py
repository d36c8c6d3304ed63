"""Python's own audit events as the witness that reading a code runs nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What a code that is run could do to the world. Reading a file, or an import within these packages, is TensorFlow's
# own affair: much of it is loaded when it is first needed.
_AT_HOME = ("keras", "tensorflow", "numpy", "explorer", "ml_dtypes", "optree", "absl", "google", "tests")
_REACHING = (
    *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.putenv", "os.unsetenv"),
    *("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.kill"),
    *("subprocess.Popen", "pty.spawn", "shutil.", "socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.open"),
    *("ctypes.dlopen", "pickle.find_class", "marshal.loads", "code.__new__", "builtins.input", "builtins.breakpoint"),
    *("tempfile.", "sqlite3.", "signal.", "gc.get_objects", "sys.setprofile", "sys.settrace"),
)
_seen: list[str] | None = None


def _writes(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & 0b11)


def _telling(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an event tells that something was run."""
    if event.startswith(_REACHING):
        return True
    if event == "open":
        return _writes(*arguments[1:3])
    if event == "exec":
        # `ast.parse` compiles, and never to a code object: one with its name was made to be run.
        return getattr(arguments[0], "co_filename", "") in ("<unknown>", "<string>")
    if event == "import":
        return str(arguments[0]).partition(".")[0] not in (*_AT_HOME, *sys.stdlib_module_names)
    return False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is not None and _telling(event, arguments):
        _seen.append(f"{event} {arguments!r}"[:300])


# A hook stays for as long as its process; outside of `watched` it looks at nothing.
sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[str]]:
    """What was done within that only a code that is run would do, filled as it happens."""
    global _seen
    _seen = found = []
    try:
        yield found
    finally:
        _seen = None
