"""A server knows which other servers live."""

from __future__ import annotations

import os
import subprocess
import sys

from explorer.runtime.storage.server_id import is_gone, new_server_id

PROGRAM = (
    "import sys\nfrom explorer.runtime.storage.server_id import new_server_id\n"
    "print(new_server_id(), flush=True)\nsys.stdin.read()"
)


def test_a_server_is_gone_when_its_process_has_ended_also_before_its_parent_has_noticed():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        name = other.stdout.readline().strip()
        assert not is_gone(name)
        other.kill()
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # It has ended, and is still in the table of processes.
        assert is_gone(name)
        other.wait()
        assert is_gone(name)


def test_this_server_lives_and_one_that_was_never_named_does_not():
    mine, also_mine = new_server_id(), new_server_id()
    assert mine != also_mine
    assert not is_gone(mine)
    assert is_gone("")


def test_another_process_with_the_same_number_is_another_server():
    machine, pid, _, token = new_server_id().split(":")
    assert is_gone(f"{machine}:{pid}:1.00:{token}")


def test_of_another_machine_nobody_can_tell():
    assert not is_gone("another:1:1.00:abc")
    assert not is_gone("no name of ours")
