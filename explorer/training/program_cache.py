"""Programs that XLA has compiled, kept in files: compiling one takes seconds, reading it back a third of a second.

The same experiment gives the same losses bit for bit, whether its program was compiled or read. TensorFlow writes a file
under another name first, and gives it its own name when it is whole. What was compiled is found again by all that XLA was
given, the names of operations too, so that programs are built under names that do not depend on what was built before
(`explorer.training.repeatable_names`).
https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/jit/device_executable_persistor.h
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import shutil
import stat
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import psutil

MOST_BYTES = 256 * 2**20
# With less room than this on the disk nothing is kept: a program that cannot be written could not run either.
LEAST_FREE_BYTES = 256 * 2**20
# TensorFlow reads this once, before it compiles the first program of a process.
_VARIABLE = "TF_XLA_FLAGS"


class ProgramCache:
    """A process's way to the files. TensorFlow is given a link to their folder, which can be led elsewhere later."""

    def __init__(self) -> None:
        self._link: Path | None = None
        self._folder: Path | None = None

    def open(self, folder: Path) -> bool:
        """Keep programs in `folder`, and take those that lie there; False where that cannot be.

        To be called before the process compiles its first program. Programs of another machine, TensorFlow or setting of
        XLA are not touched. Where TensorFlow has such a folder by its own setting, that one stays.
        """
        if _VARIABLE in os.environ or self._link is not None:
            return False
        place = folder / _kind()
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = place.lstat()
            # Whoever may write there could have this process run anything.
            private = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
            if not private or not stat.S_ISDIR(found.st_mode) or shutil.disk_usage(place).free < LEAST_FREE_BYTES:
                return False
            _delete_links_of_ended(folder)
            _prune(place)
            self._lead_to(place)
        except OSError:
            return False
        os.environ[_VARIABLE] = f"--tf_xla_persistent_cache_directory={self._link}"
        return True

    def repair(self, attempt: int) -> bool:
        """Whether it is worth trying again after a program could not be compiled: at first without the files that lie
        there, of which one may be broken, then in an empty folder of this process alone, where the disk may have room."""
        if self._folder is None or attempt > 1:
            return False
        try:
            if attempt:
                self._lead_to(Path(tempfile.mkdtemp(prefix="programs-")))
            else:
                for path in self._folder.iterdir():
                    path.unlink(missing_ok=True)
        except OSError:
            return attempt == 0
        return True

    def _lead_to(self, place: Path) -> None:
        if self._link is None:
            self._link = place.parent.absolute() / f"link-{os.getpid()}"
            atexit.register(self._link.unlink, missing_ok=True)
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(place.absolute(), target_is_directory=True)
        self._folder = place


def _delete_links_of_ended(folder: Path) -> None:
    """A process that was killed has left its link."""
    for path in folder.glob("link-*"):
        number = path.name.removeprefix("link-")
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            path.unlink(missing_ok=True)


def _prune(place: Path) -> None:
    """Delete what was read or written longest ago, until the rest is not more than half of what may lie there."""
    files = []
    for path in place.iterdir():
        with suppress(FileNotFoundError):  # Another process may do the same.
            found = path.stat()
            files.append((max(found.st_atime, found.st_mtime), found.st_size, path))
    total = sum(size for _, size, _ in files)
    if total <= MOST_BYTES:
        return
    for _, size, path in sorted(files):
        if total <= MOST_BYTES / 2:
            break
        path.unlink(missing_ok=True)
        total -= size


def _kind() -> str:
    """What programs depend on beside what they compute: the processor, TensorFlow, and how XLA is told to compile."""
    processor = platform.machine() + platform.processor()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor += "".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))
    described = "\n".join([processor, metadata.version("tensorflow"), os.environ.get("XLA_FLAGS", "")])
    return hashlib.sha256(described.encode()).hexdigest()[:16]


CACHE = ProgramCache()
