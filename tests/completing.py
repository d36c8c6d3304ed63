"""Coroutines run to their end, wherever a test is run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def completed(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns or raises. In its own thread: Playwright leaves a loop running in the tests' one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
