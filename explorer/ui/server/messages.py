"""The messages of a session: what a browser may ask for, and what Streamlit tells of this machine and need not."""

from __future__ import annotations

from pathlib import PurePath

from google.protobuf.message import DecodeError
from starlette.types import Message, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_ROOT = str(PurePath(__file__).parents[3]).encode()
# What the page's frontend asks for. Streamlit knows more kinds (addresses for uploads, tools of development): they are not
# for visitors, and some of them cost the server's event loop seconds.
_KINDS = ("rerun_script", "stop_script", "app_heartbeat")
MOST_WIDGETS = 300
LONGEST_NAME = 300
LONGEST_QUERY = 4096


def without_path(send: Send) -> Send:
    """`send` of a WebSocket, that tells the name of the page's script in place of its path on this machine."""

    async def clean(message: Message) -> None:
        content = message.get("bytes") or b""
        # Only the first message of each run of the page has it: all others pass as they are.
        if message["type"] == "websocket.send" and _ROOT in content:
            message = {**message, "bytes": _cleaned(content)}
        await send(message)

    return clean


def _cleaned(content: bytes) -> bytes:
    forward = ForwardMsg()
    try:
        forward.ParseFromString(content)
    except DecodeError:
        return content
    if forward.WhichOneof("type") == "new_session":
        forward.new_session.main_script_path = PurePath(forward.new_session.main_script_path).name
        return forward.SerializeToString()
    return content


def is_wanted(content: bytes) -> bool:
    """Whether a message of a browser is one that the page sends, of a size that it has: others are dropped unread.

    Raises google.protobuf.message.DecodeError for what is no message at all.
    """
    back = BackMsg.FromString(content)
    kind = back.WhichOneof("type")
    if kind != "rerun_script":
        return kind in _KINDS and len(content) <= LONGEST_QUERY
    asked = back.rerun_script
    names = (asked.fragment_id, asked.page_script_hash, asked.page_name)
    return (
        len(asked.widget_states.widgets) <= MOST_WIDGETS
        and len(asked.query_string) <= LONGEST_QUERY
        and all(len(name) <= LONGEST_NAME for name in names)
    )
