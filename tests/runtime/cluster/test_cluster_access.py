"""Nobody but the server and its workers has a way into the cluster; and a scheduler elsewhere is encrypted."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from distributed import Client, Security

from explorer.runtime.cluster import embedded
from explorer.runtime.cluster.cluster import Cluster
from explorer.runtime.cluster.cluster_settings import checked_address
from explorer.runtime.cluster.encryption import temporary_security


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster(workers=2).start()
    yield cluster
    cluster.close()


def processes() -> list[psutil.Process]:
    """This process, and the workers that were forked for it: not a server that other tests have started beside it."""
    own = psutil.Process()
    forkservers = [child for child in own.children() if "forkserver" in " ".join(child.cmdline())]
    return [own, *forkservers, *(worker for parent in forkservers for worker in parent.children(recursive=True))]


def ports() -> set[int]:
    """All that this process and those that it has started listen to."""
    return {
        connection.laddr.port
        for process in processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }


def test_the_scheduler_two_nannies_and_two_workers_listen_and_nothing_else(cluster):
    scheduler = cluster._local.scheduler
    addresses = {scheduler.address, *scheduler.workers, *(worker.nanny for worker in scheduler.workers.values())}
    assert {int(address.rsplit(":", 1)[1]) for address in addresses} == ports()
    assert len(ports()) == 5
    assert all(address.startswith("tls://127.0.0.1:") for address in addresses)


@pytest.mark.parametrize(
    ("scheme", "security"),
    [("tcp", Security()), ("tls", temporary_security())],
    ids=["without encryption", "with another key"],
)
def test_no_port_lets_anybody_in_who_has_not_the_key(cluster, scheme, security):
    for port in ports():
        with pytest.raises(OSError):
            Client(f"{scheme}://127.0.0.1:{port}", security=security, timeout=5, set_as_default=False)


def test_no_port_answers_a_browser(cluster):
    for port in ports():
        for path in ("/", "/sitemap.json", "/health", "/metrics", "/info/main/workers.html", "/json/counts.json"):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                with suppress(ConnectionResetError):
                    assert connection.recv(1000) == b""


def test_the_key_is_nowhere_where_others_can_read_it(cluster):
    key = cluster._local.security.tls_worker_key.encode()
    secret = key.splitlines()[1]
    for process in processes():
        for name in ("cmdline", "environ"):
            assert secret not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    directory = Path(cluster._local.worker_spec[0]["options"]["local_directory"])
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert not any(secret in path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_a_directory_that_somebody_else_could_write_to_is_not_used(tmp_path, monkeypatch):
    """Modules would be imported from it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    usual = tmp_path / f"explorer-{os.getuid()}"
    assert embedded._private_directory() == embedded._private_directory() == str(usual)
    usual.chmod(0o777)
    other = Path(embedded._private_directory())
    assert other != usual and stat.S_IMODE(other.stat().st_mode) == 0o700
    usual.rmdir()
    usual.symlink_to(other)
    assert Path(embedded._private_directory()) not in (usual, other)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        (" tcp://127.8.9.10:1 ", "tcp://127.8.9.10:1"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tcp://LOCALHOST:8786", "tcp://LOCALHOST:8786"),
    ],
)
def test_a_scheduler_on_this_machine_is_allowed(address, found):
    assert checked_address(address) == found


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "tcp://scheduler:8786", "tcp://0.0.0.0:8786", "[fe80::1]:8786"]
)
def test_one_elsewhere_without_encryption_is_refused_unless_told_otherwise(address, monkeypatch):
    monkeypatch.delenv("EXPLORER_INSECURE_SCHEDULER", raising=False)
    monkeypatch.setenv("EXPLORER_SCHEDULER", address)
    with pytest.raises(ValueError, match=r"neither encrypted nor on this machine.*tls://.*EXPLORER_INSECURE_SCHEDULER=1"):
        Cluster().start()
    monkeypatch.setenv("EXPLORER_INSECURE_SCHEDULER", "1")
    assert checked_address(address).endswith(address.removeprefix("tcp://"))


@pytest.mark.parametrize(
    "address",
    [
        *("nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:port", "tcp://127.0.0.1:99999"),
        *("http://127.0.0.1:80", "inproc://127.0.0.1:80", "ws://127.0.0.1:80", "file:///etc/passwd", "tcp://[::1:80"),
        *("tcp://me@127.0.0.1:80", "tcp://127.0.0.1:80/path", "tcp://127.0.0.1:80 x", "://", " ", "tcp://127.0.0.1:0"),
    ],
)
def test_what_is_no_address_is_said_to_be_none(address):
    with pytest.raises(ValueError, match=r"must be the address of a Dask scheduler.*Received: "):
        checked_address(address)


def test_a_password_in_an_address_is_not_shown():
    with pytest.raises(ValueError, match=r"Received: 'tcp://\*\*\*@127.0.0.1:80'") as caught:
        checked_address("tcp://me:secret@127.0.0.1:80")
    assert "secret" not in str(caught.value)


def test_an_encrypted_one_needs_a_certificate(monkeypatch):
    with pytest.raises(ValueError, match="no certificate to connect with: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE"):
        checked_address("tls://scheduler.example:8786")


def test_where_no_scheduler_answers_a_sentence_says_so(monkeypatch):
    monkeypatch.setattr("explorer.runtime.cluster.cluster._SECONDS_OF_AN_ANSWER", 0.5)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setenv("EXPLORER_SCHEDULER", f"tcp://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(ConnectionError, match=r"No scheduler answers at tcp://127\.0\.0\.1:"):
            Cluster().start()
