"""Many quick cases in one test: to collect, run and report a test costs more than each of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def for_all(
    names: str | tuple[str, ...], cases: Iterable[Any], ids: Iterable[Any] | Callable[[Any], Any] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """What `pytest.mark.parametrize` does, in one test that goes through all cases and names each that fails.

    For a test without fixtures that are made anew for each test.
    """
    keys = (names,) if isinstance(names, str) else names
    values = [(case,) if isinstance(names, str) else tuple(case) for case in cases]
    if ids is None or callable(ids):
        spelled = ["-".join(str((ids or _name)(each)) for each in case) for case in values]
    else:
        spelled = list(map(str, ids))

    def decorator(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def every(**fixtures: Any) -> None:
            assert values, "There is no case."
            failed = []
            for name, case in zip(spelled, values, strict=True):
                try:
                    test(**dict(zip(keys, case, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception) as error:
                    # A group takes no failure that pytest itself raises.
                    told = error if isinstance(error, Exception) else AssertionError(str(error))
                    told.add_note(f"Case: {name}")
                    failed.append((name, told))
            if failed:
                which = ", ".join(name for name, _ in failed)
                raise ExceptionGroup(f"{len(failed)} of {len(values)} cases fail: {which}", [told for _, told in failed])

        signature = inspect.signature(test)
        left = [each for name, each in signature.parameters.items() if name not in keys]
        every.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return every

    return decorator


def _name(value: Any) -> str:
    return getattr(value, "__name__", None) or str(value)
