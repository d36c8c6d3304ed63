"""The messages of a session: what a browser may ask for, and what Streamlit tells of this machine and need not."""

from __future__ import annotations

from pathlib import PurePath

from starlette.types import Message, Send

from explorer.ui.front_end.streamlit_internals import KINDS_WANTED, kind_of_message, without_script_path

_ROOT = str(PurePath(__file__).parents[3]).encode()
MOST_WIDGETS = 300
LONGEST_NAME = 300
LONGEST_QUERY = 4096


def without_path(send: Send) -> Send:
    """`send` of a WebSocket, that tells the name of the page's script in place of its path on this machine."""

    async def clean(message: Message) -> None:
        content = message.get("bytes") or b""
        # Only the first message of each run of the page has it: all others pass as they are.
        if message["type"] == "websocket.send" and _ROOT in content:
            message = {**message, "bytes": without_script_path(content)}
        await send(message)

    return clean


def is_wanted(content: bytes) -> bool:
    """Whether a message of a browser is one that the page sends, of a size that it has: others are dropped unread.

    Raises google.protobuf.message.DecodeError for what is no message at all.
    """
    kind, widgets, query, longest_name = kind_of_message(content)
    if kind != "rerun_script":
        return kind in KINDS_WANTED and len(content) <= LONGEST_QUERY
    return widgets <= MOST_WIDGETS and query <= LONGEST_QUERY and longest_name <= LONGEST_NAME
