"""Describe what the page offers to open, so that it is painted before any worker is up: at the set-up, or by a server that
has nothing else to do.

    python -m explorer.runtime.questions.describe_catalog     # only where nothing was ever described

Every start with `make run` asks whether there is anything, so what takes long to import is imported where it is needed.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from explorer.runtime.storage.database_file import has_descriptions

if TYPE_CHECKING:
    from explorer.experiment import Experiment
    from explorer.runtime.storage.store import Store

# A server begins when nobody has asked it for shapes for so long, and takes such a pause between two.
SECONDS_OF_QUIET = 15.0
SECONDS_BETWEEN_MODELS = 0.5


def experiments() -> list[Experiment]:
    """Every architecture with the sizes that it opens with, what the page opens with first, the named experiments, and what
    the steps of lessons open with.
    """
    from explorer.catalog import ARCHITECTURES, read_experiment
    from explorer.catalog.lessons import LESSONS
    from explorer.catalog.presets import PRESETS
    from explorer.runtime.storage.descriptions import model_key

    defaults = [read_experiment({}).experiment]
    defaults += [read_experiment({"architecture": name}).experiment for name in ARCHITECTURES]
    by_model = {model_key(experiment): experiment for experiment in defaults}
    by_model |= {model_key(preset.experiment): preset.experiment for preset in PRESETS.values()}
    of_steps = [lesson.experiment(number) for lesson in LESSONS.values() for number in range(1, len(lesson.steps) + 1)]
    for experiment in filter(None, of_steps):
        by_model.setdefault(model_key(experiment), experiment)
    return list(by_model.values())


def describe_in_quiet(
    wanted: Sequence[Experiment],
    describe: Callable[[Experiment], object],
    seconds_of_quiet: Callable[[], float],
    ends: threading.Event,
) -> None:
    """Describe experiments one after the other while nobody else asks; returns when all are described, or it `ends`."""
    from explorer.runtime.questions.queries import Refused

    for experiment in wanted:
        while seconds_of_quiet() < SECONDS_OF_QUIET:
            if ends.wait(1.0):
                return
        try:
            describe(experiment)
        except (Refused, TimeoutError):
            continue  # Whoever opens it is told why.
        if ends.wait(SECONDS_BETWEEN_MODELS):
            return


def describe_missing(store: Store, wanted: Sequence[Experiment]) -> int:
    """Describe in this process, and keep, what is not kept yet; returns how many experiments that were."""
    from explorer.runtime.jobs import jobs
    from explorer.runtime.storage.descriptions import model_key

    missing = [experiment for experiment in wanted if store.descriptions.find(model_key(experiment)) is None]
    for experiment in missing:
        store.descriptions.keep(model_key(experiment), jobs.describe(experiment.to_dict()))
    return len(missing)


def main() -> None:
    if has_descriptions(os.environ.get("EXPLORER_DATABASE", "")):
        return
    describe_first()


def describe_first() -> None:
    """Describe what the page opens with, in a database that has no description yet, and say so."""
    from sqlalchemy.exc import DBAPIError

    from explorer.runtime.storage.database_errors import DatabaseUnavailable
    from explorer.runtime.storage.store import Store

    try:
        store = Store()
    except ValueError:
        return  # A setting is wrong: the server says so itself, and does not start.
    try:
        # The server itself describes what another version has described before.
        if store.descriptions.count() == 0:
            began = time.monotonic()
            print("Describing what the page opens with (once) ...")
            many = describe_missing(store, experiments())
            print(f"Described {many} models in {time.monotonic() - began:.0f} seconds.")
    except (DatabaseUnavailable, DBAPIError):
        pass  # The server says so itself, and can do without.
    finally:
        store.close()


if __name__ == "__main__":
    main()
