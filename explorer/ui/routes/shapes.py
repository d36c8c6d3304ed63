"""The shapes of an experiment as JSON: the chain asks for them while a slider is still being moved."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from explorer.catalog import read_experiment
from explorer.runtime.engine.engine import Engine, Refused

SECONDS = 10.0


async def shapes(request: Request, engine: Engine) -> Response:
    """GET /shapes?architecture=...: what the page draws of an experiment, named as in the page's address.

    Returns query (the experiment as it was taken, values out of bounds moved), description and values, as
    `explorer.runtime.jobs.jobs.describe` gives them. 422 with a sentence for a model that cannot be built,
    503 while no worker is free.
    """
    experiment = read_experiment(dict(request.query_params)).experiment
    try:
        found = await run_in_threadpool(engine.describe, experiment, SECONDS)
    except Refused as refusal:
        return JSONResponse({"error": str(refusal)}, status_code=422)
    except TimeoutError as error:
        return JSONResponse({"error": str(error)}, status_code=503)
    return JSONResponse({"query": experiment.to_query(), **found}, headers={"Cache-Control": "no-store"})
