"""Gives processes in which TensorFlow and Keras are imported already, for `tests/new_process.py`, which starts it.

It has imported them, nothing of this project and none of the tests, and it has computed nothing; for everybody who asks it
forks. What it gives is a process of Python that ends as any other does, and that has waited for no import.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import shutil
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

# So often it looks whether those for whom it works are still there.
SECONDS = 2


def serve(folder: Path, owner: int) -> dict[str, Any]:
    """Fork for everybody who connects, until `owner` has ended. Returns in what was forked: what it is asked to be."""
    import keras  # noqa: F401
    import tensorflow  # noqa: F401

    gc.collect()
    gc.freeze()
    # Keepers, which wait for what was forked and tell how it ended, need nobody to wait for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "bound"))
        listener.listen(16)
        listener.settimeout(SECONDS)
        (folder / "bound").rename(folder / "socket")
        while True:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                if _has_ended(owner):
                    shutil.rmtree(folder, ignore_errors=True)
                    sys.exit()
                continue
            if os.fork() == 0:
                break
            connection.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return _keep(connection)


def _has_ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def _keep(connection: socket.socket) -> dict[str, Any]:
    """Read what is asked for, fork once more, and tell how that ended. Returns in what was forked."""
    connection.settimeout(None)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as reading:
        asked = json.load(reading)
    process = os.fork()
    if process:
        connection.sendall(f"{process}\n".encode())
        connection.sendall(str(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])).encode())
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    return asked


def become(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run what Python would run with these arguments: `-c CODE`, `-m MODULE` or a file, and what follows it."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin, sys.stdout, sys.stderr = (_stream(0, "r"), _stream(1, "w"), _stream(2, "w"))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    kind, *rest = arguments
    first = {"-c": "", "-m": folder}.get(kind, os.path.dirname(os.path.abspath(kind)))
    sys.path[:1] = [first, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    if kind == "-c":
        code, *rest = rest
        sys.argv = ["-c", *rest]
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(code, "<string>", "exec"), main.__dict__)
    elif kind == "-m":
        module, *rest = rest
        sys.argv = [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(kind, run_name="__main__")


def _stream(number: int, mode: str) -> Any:
    errors = "backslashreplace" if number == 2 else "strict"
    return open(number, mode, encoding="utf-8", errors=errors, buffering=1 if os.isatty(number) else -1, closefd=False)


if __name__ == "__main__":
    become(**serve(Path(sys.argv[1]), int(sys.argv[2])))
