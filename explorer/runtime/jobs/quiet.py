"""TensorFlow's messages kept from the terminal while it is imported.

It writes them below Python, before it can be told what to log: about drivers of graphics cards that are not there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_ERROR = 2


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what is written to standard error while this is held; after an error it is written all the same.

    For one thread at a time: standard error is the process's.
    """
    try:
        sys.stderr.flush()
        kept = os.dup(_STANDARD_ERROR)
    except (AttributeError, OSError):  # a process without a standard error has nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), _STANDARD_ERROR)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            written.seek(0)
            os.write(kept, written.read())
            raise
        finally:
            os.dup2(kept, _STANDARD_ERROR)
            os.close(kept)
