"""Try one architecture or task: `make try NAME=deep_answer`. Tells in sentences what is missing, and ends with 1 then."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FOLDERS = {"architectures": "architecture", "tasks": "task"}


def wrong_with(name: str) -> Iterator[str]:
    """A sentence for everything that keeps an entry from being one."""
    folders = [folder for folder in FOLDERS if (ROOT / "explorer" / "catalog" / folder / f"{name}.py").is_file()]
    if not folders:
        yield f"There is no {name}.py in architectures/ or tasks/ of explorer/catalog: README shows what goes into one."
        return
    try:
        from explorer import catalog
    except (ImportError, SyntaxError, TypeError, ValueError) as error:
        yield str(error) if type(error) is not SyntaxError else f"{error.filename}, line {error.lineno}: {error.msg}"
        return
    except Exception as error:
        yield f"explorer/catalog/{folders[0]}/{name}.py cannot be imported: {_error_sentence(error)}"
        return
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from tests import entry_rules

    is_task = folders == ["tasks"]
    entry = (catalog.TASKS if is_task else catalog.ARCHITECTURES)[name]
    rules = entry_rules.EVERY_TASK if is_task else entry_rules.EVERY_ARCHITECTURE
    broken = False
    for rule in (*entry_rules.EVERY_ENTRY, *rules):
        try:
            for sentence in rule(entry):
                broken = True
                yield sentence
        except Exception as error:
            broken = True
            yield f"It cannot be tried whether it {rule.__name__.replace('_', ' ')}: {_error_sentence(error)}"
    if not broken:
        yield from _wrong_with_training(entry, is_task)


def _wrong_with_training(entry: object, is_task: bool) -> Iterator[str]:
    from explorer import Experiment, train
    from explorer.catalog import ARCHITECTURES, TASKS

    others = ARCHITECTURES.values() if is_task else TASKS.values()
    fitting = [other.name for other in others if (other.fits(entry) if is_task else entry.fits(other))]
    print(f"{entry.name} fits {', '.join(fitting)}.")
    pair = (fitting[0], entry.name) if is_task else (entry.name, fitting[0])
    try:
        done = train(Experiment(*pair, samples=32, epochs=2))
    except Exception as error:
        yield f"It cannot be trained: {_error_sentence(error)}"
        return
    if not done.finite:
        yield "Its loss is no finite number."
    print(f"Trained for two epochs, {pair[0]} on {pair[1]}: losses {', '.join(f'{each.loss:.4g}' for each in done.frames)}.")


def _error_sentence(error: Exception) -> str:
    """An error of the entry's own, with the line that it came from."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"


def main(names: list[str]) -> int:
    all_well = True
    for name in names:
        sentences = list(dict.fromkeys(wrong_with(name)))
        all_well = all_well and not sentences
        lines = [f"{name} is not whole yet:", *(f"- {sentence}" for sentence in sentences)]
        print("\n".join(lines) if sentences else f"{name} keeps every rule.")
    return 0 if all_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
