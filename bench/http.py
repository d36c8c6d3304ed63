"""One HTTP request to a server on this machine, as bare as it goes: what is timed is the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """status: of HTTP. cookies: what the answer sets, as a Cookie header says it back. body: all of it."""

    status: int
    cookies: str
    body: bytes


async def fetch(
    port: int, path: str, cookies: str = "", method: str = "GET", body: bytes = b"", seconds: float = 60.0
) -> Answer:
    """The answer to one request on a connection of its own.

    Raises OSError, asyncio.IncompleteReadError or asyncio.TimeoutError where there is none within so many seconds.
    """

    async def ask() -> Answer:
        async with streamed(port, path, cookies, method, body) as (status, set_cookies, reader):
            return Answer(status, set_cookies, await reader.read())

    return await asyncio.wait_for(ask(), seconds)


@asynccontextmanager
async def streamed(
    port: int, path: str, cookies: str = "", method: str = "GET", body: bytes = b""
) -> AsyncIterator[tuple[int, str, asyncio.StreamReader]]:
    """The status, the cookies that are set, and the reader of a body that need not end; closed with the block.

    The server is told that the connection ends with the answer, so the body comes as it is, or in chunks: both are left
    in it, and whoever looks for events in it finds them either way.
    """
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", "Connection: close"]
        lines += [f"Cookie: {cookies}"] * bool(cookies) + [f"Content-Length: {len(body)}"] * bool(body)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        cookies_set = [
            line.partition(":")[2].partition(";")[0].strip() for line in head if line.lower().startswith("set-cookie:")
        ]
        yield int(head[0].split()[1]), "; ".join(cookies_set), reader
    finally:
        writer.close()
        with suppress(OSError):
            await asyncio.wait_for(writer.wait_closed(), 5)
