"""What Streamlit tells every browser of this machine, and need not."""

from __future__ import annotations

from pathlib import PurePath

from google.protobuf.message import DecodeError
from starlette.types import Message, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_ROOT = str(PurePath(__file__).parents[3]).encode()


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
