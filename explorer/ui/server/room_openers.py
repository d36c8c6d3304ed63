"""How many rooms one address has open, so that whoever forges a cookie for each of them takes not all that a server has."""

from __future__ import annotations

import threading

from explorer.runtime.storage.room_rules import MOST_ROOMS, Room, RoomRefused
from explorer.runtime.storage.rooms import Rooms

# A school is one address, and has a room for each of its classes.
ROOMS_OF_AN_ADDRESS = 20


class Openers:
    """Who has opened which room, in the memory of this process: of addresses nothing is stored."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        # One after the other: what was counted is so still when the room is there.
        self._lock = threading.Lock()

    def open(self, rooms: Rooms, visitor: str, address: str) -> Room:
        """Open a room as `Rooms.open`, and raise what that does. address: as limits count it.

        Raises RoomRefused too where the address has as many as it may have.
        """
        with self._lock:
            if self._is_full(address) or len(self._addresses) > MOST_ROOMS:
                still = rooms.versions(self._addresses)
                self._addresses = {code: of for code, of in self._addresses.items() if code in still}
            if self._is_full(address):
                raise RoomRefused(
                    f"Your network has {ROOMS_OF_AN_ADDRESS} rooms open, and no more are allowed. End one of them first, or "
                    "try again later."
                )
            room = rooms.open(visitor)
            self._addresses[room.code] = address
            return room

    def _is_full(self, address: str) -> bool:
        return list(self._addresses.values()).count(address) >= ROOMS_OF_AN_ADDRESS
