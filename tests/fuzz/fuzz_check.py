"""`python -m tests.fuzz.fuzz_check [-runs=N]`: atheris looks for a text that breaks a promise of `check`.

It reads its bytes as choices: which case, and which accidents happen to its code; or as the text itself. What it finds
stays in a file named crash-..., which it takes as an argument to run it again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 20.0


def main() -> None:
    try:
        import atheris
    except ImportError:
        print("atheris is not there: it has wheels for some Pythons only (requirements-soak.txt).")
        return
    with atheris.instrument_imports(include=["explorer.snippet"]):
        from explorer.runtime.jobs.worker_environment import warm

        warm()
        from explorer.snippet import check
    from tests.fuzz.promises import keep
    from tests.fuzz.writing import edited, program
    from tests.learners import CASES

    # What TensorFlow and Keras load when they are first needed is loaded before anything is watched.
    for case in CASES[::10]:
        check(case["code"], x=case["x"], y=case["y"], loss=case["loss"])

    def once(given: bytes) -> None:
        provider = atheris.FuzzedDataProvider(given)

        def pick(many: int) -> int:
            return provider.ConsumeIntInRange(0, many - 1)

        way, data = pick(4), {}
        if way == 0:
            code = provider.ConsumeUnicode(2_000)
        elif way == 1:
            code = program(pick)
        else:
            case = CASES[pick(len(CASES))]
            code, data = edited(case["code"], pick), {key: case.get(key) for key in ("x", "y", "loss", "batch_size")}
        start = time.monotonic()
        try:
            keep(code, **data)
        except BaseException:
            print(f"--- the code, with {data}\n{code}\n---", flush=True)
            raise
        assert time.monotonic() - start < SECONDS, f"It took too long:\n{code}"

    with tempfile.TemporaryDirectory() as corpus:
        # Choices enough for whole programs: from nothing, it would take long to find that length alone.
        for seed in range(60):
            (Path(corpus) / str(seed)).write_bytes(random.Random(seed).randbytes(400))
        atheris.Setup([*sys.argv, corpus], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
