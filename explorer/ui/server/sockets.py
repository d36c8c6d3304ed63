"""The server's sockets send small packets at once.

Streamlit binds its socket without naming a protocol; asyncio then does not recognise the connections as TCP and leaves
Nagle's algorithm on: the second packet of an answer waits until the first is acknowledged, which the other side puts off
for 40 ms. Every file of the frontend, and many an answer to a moved slider, is more than one packet.
"""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress

# A server that has only just bound its socket has few files open.
DESCRIPTORS = range(3, 256)


def send_at_once(port: int) -> int:
    """Switch Nagle's algorithm off for the sockets that listen on this port here; returns how many there were.

    The connections inherit it. Nothing is found, and nothing is wrong, where a server binds in its own time.
    """
    found = 0
    for descriptor in DESCRIPTORS:
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            # An option belongs to the socket and not to the number: the copy may close again.
            with socket.socket(fileno=os.dup(descriptor)) as ours:
                listens = ours.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if listens and ours.family in (socket.AF_INET, socket.AF_INET6) and ours.getsockname()[1] == port:
                    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    found += 1
    return found
