"""Values in a link: JSON, compressed (raw DEFLATE, RFC 1951), in the letters of base64url (RFC 4648), read within bounds."""

from __future__ import annotations

import base64
import json
import zlib


class Unreadable(ValueError):
    """What was packed is cut short, or was never packed."""


class TooLong(ValueError):
    """What was packed is longer than may be unpacked."""


def pack(value: object) -> str:
    """A value as text for a link.

    >>> unpack(pack({"a": [1, "é"]}), most=100)
    {'a': [1, 'é']}
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(packer.compress(text.encode()) + packer.flush()).decode().rstrip("=")


def unpack(text: str, most: int) -> object:
    """The value of a text. most: bytes that are unpacked at most. Raises Unreadable and TooLong."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacked = unpacker.decompress(packed, most)
    # Letters that are not of base64 are a ValueError.
    except (ValueError, zlib.error) as error:
        raise Unreadable from error
    if unpacker.unconsumed_tail:
        raise TooLong
    if not unpacker.eof:
        raise Unreadable
    try:
        return json.loads(unpacked)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
