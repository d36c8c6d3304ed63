"""Server-sent events as text, which the live route of a run and that of a room send.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# A line of comment so often keeps proxies from closing a quiet connection, and shows us one that is gone.
SECONDS_OF_SILENCE = 10.0
COMMENT = ": still here\n\n"


def event(name: str, content: Mapping[str, Any]) -> str:
    """An event, its content as JSON. Raises ValueError for a number that is not finite."""
    return f"event: {name}\ndata: {json.dumps(content, allow_nan=False, separators=(',', ':'))}\n\n"
