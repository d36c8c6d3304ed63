"""Measure every architecture on every task that fits: `make who` writes what explorer/catalog/who_can.json lacks.

Each pair is written as soon as it is measured: whoever ends this, or adds an entry, starts it again. An entry whose code or
defaults have changed is measured again; with `--anew` everything is.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from explorer.catalog import program_key, who_can


def main(arguments: list[str]) -> int:
    if unknown := [each for each in arguments if each != "--anew"]:
        print(f"who_can takes --anew, or nothing. Received: {' '.join(unknown)}", file=sys.stderr)
        return 2
    known = {} if "--anew" in arguments or not who_can.SHIPPED.exists() else who_can.read()
    wanted = who_can.missing(known)
    if not wanted:
        who_can.write(known)
        print(f"Nothing is missing: {len(who_can.pairs())} pairs are in {who_can.SHIPPED.name}.")
        return 0
    from explorer.runtime.jobs.worker_environment import warm

    warm()
    from explorer.training.program import Program
    from explorer.training.trainer import Trainer

    programs: dict[str, Any] = {}
    began = time.monotonic()
    for number, pair in enumerate(wanted, 1):
        experiment = who_can.experiment_of(*pair)
        key = program_key(experiment)
        # Those of one architecture follow each other, and most of them share one.
        programs = {key: programs.get(key) or Program(experiment)}
        frames = Trainer(experiment, programs[key]).run(None, experiment.epochs, float("inf"))[1]
        loss = frames[-1].val_loss if frames[-1].finite else float("nan")
        found = who_can.measured_now(*pair, loss, frames[-1].epoch)
        known[found.key] = found
        who_can.write(known)
        left = (time.monotonic() - began) / number * (len(wanted) - number)
        reference = who_can.reference_of(*pair)
        told = f"{loss / reference.value:.3f} of “{reference.name}”" if reference.value else f"loss {loss:.4g}"
        print(f"{number}/{len(wanted)} {pair[0]} on {pair[1]}: {told}. About {left / 60:.0f} minutes left.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
