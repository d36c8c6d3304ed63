"""Ask whether a server could listen at an address and a port: `python scripts/can_listen.py PORT ADDRESS`.

Streamlit asks only when it binds them, before any line of ours runs, and tells a wrong address with a traceback. Ends with
0 where it can, and with 1 and one sentence where it cannot.
"""

from __future__ import annotations

import errno
import socket
import sys


def problem(port: str, address: str) -> str:
    """Why no server can listen there, as a sentence; an empty string where one can."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return f"PORT must be a whole number from 1 to 65535. Received: {port!r}"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, int(port)))
        except OSError as error:
            return _sentence(error, port, address)
        except UnicodeError:  # a name with a part that is empty or too long
            return _no_address(address)
    return ""


def _sentence(error: OSError, port: str, address: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: end that one, or choose another with PORT={int(port) % 65535 + 1}."
    if error.errno == errno.EACCES:
        return f"This user may not listen at port {port}: choose one from 1024 on, for example PORT=8501."
    return _no_address(address)


def _no_address(address: str) -> str:
    wanted = "an address of this machine: 127.0.0.1 for it alone, 0.0.0.0 to let others in"
    return f"ADDRESS must be {wanted}. Received: {address!r}"


if __name__ == "__main__":
    told = problem(*sys.argv[1:3])
    if told:
        print(told, file=sys.stderr)
    sys.exit(bool(told))
