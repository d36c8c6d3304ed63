"""The processes of the server that browser tests share."""

from __future__ import annotations

import psutil

from bench.application import Application


def server_process(server: Application) -> psutil.Process:
    assert server.process is not None
    return psutil.Process(server.process.pid)


def workers_of(server: Application) -> list[psutil.Process]:
    """The processes that import TensorFlow: on Linux the server's children have forked them."""
    children = server_process(server).children(recursive=True)
    return [child for child in children if not child.children() and "resource_tracker" not in " ".join(child.cmdline())]


def has_tensorflow(process: psutil.Process) -> bool:
    """Whether a process has loaded TensorFlow, which Keras loads when it is imported."""
    return any("/tensorflow/" in loaded.path for loaded in process.memory_maps())
