"""A server process for the fault tests: starts a run in a given database, says its id, and trains until it is killed."""

from __future__ import annotations

import json
import sys
import time

from explorer.experiment import Experiment
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.engine.engine import Engine
from explorer.runtime.storage.store import Store

if __name__ == "__main__":
    url, experiment = sys.argv[1], Experiment.from_dict(json.loads(sys.argv[2]))
    engine = Engine(Store(url), Cluster(1))
    run = engine.submit(experiment, "me")
    print(run, flush=True)
    while True:
        time.sleep(1)
