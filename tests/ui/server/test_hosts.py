"""Which names the server answers to, which origins are its own, and whom it believes about an address."""

from __future__ import annotations

import socket

import psutil
import pytest

from explorer.ui.server.clients import Forwarded, counted_as, is_loopback, trusted_proxies
from explorer.ui.server.cookies import cookie_of, is_token, new_cookie
from explorer.ui.server.hosts import Hosts, is_same_origin, notice, split_host
from tests.completing import completed

TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("localhost", ("localhost", 80)),
        ("LocalHost.:8501", ("localhost", 8501)),
        ("[::1]:8501", ("::1", 8501)),
        ("127.0.0.1:99999", None),
        ("a b", None),
        ("user@localhost", None),
        ("localhost:8501/x", None),
        ("localhost:", None),
        ("x" * 300, None),
        ("", None),
    ],
)
def test_a_host_is_a_name_and_a_port_and_nothing_else(host, found):
    assert split_host(host, "http") == found


@pytest.mark.parametrize("bound", ["127.0.0.1", "localhost", "::1"])
def test_on_loopback_only_its_names_are_answered_to(bound):
    hosts = Hosts(bound, {})
    assert all(hosts.allow(name) for name in ("localhost:8501", "127.0.0.1", "[::1]:8501"))
    assert not any(hosts.allow(name) for name in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", ""))
    assert notice(bound, 8501) == ""


def test_open_to_the_network_it_answers_to_its_own_names_without_asking_anybody(monkeypatch):
    def ask(*_, **__):
        raise AssertionError("A name was looked up.")

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getfqdn"):
        monkeypatch.setattr(socket, name, ask)
    own = [each.address for many in psutil.net_if_addrs().values() for each in many if each.family == socket.AF_INET]
    for bound in (None, "0.0.0.0", "::"):
        hosts = Hosts(bound, {})
        assert all(hosts.allow(name) for name in ("localhost", socket.gethostname(), *(f"{address}:80" for address in own)))
        assert not hosts.allow("evil.example")
        assert not hosts.allow("203.0.113.7")
        told = notice(bound, 8501)
        assert "without TLS" in told and "docs/security.md" in told and "8501" in told


def test_the_setting_takes_the_place_of_the_machines_names_and_loopback_stays():
    hosts = Hosts("0.0.0.0", {"EXPLORER_HOSTS": "models.school.example, https://other.example:8443"})
    assert all(hosts.allow(name) for name in ("models.school.example", "Other.Example:8443", "localhost:8501"))
    assert not hosts.allow(socket.gethostname())
    with pytest.raises(ValueError, match=r"EXPLORER_HOSTS must hold host names.*“a b”"):
        Hosts("0.0.0.0", {"EXPLORER_HOSTS": "a b"})


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "same"),
    [
        ("http://localhost:8501", "localhost:8501", "ws", True),
        ("http://localhost", "localhost:80", "ws", True),
        ("https://models.example", "models.example", "wss", True),
        ("http://localhost:9000", "localhost:8501", "ws", False),
        ("http://127.0.0.1:8501", "localhost:8501", "ws", False),
        ("http://models.example", "models.example", "wss", False),
        ("https://localhost:8501", "localhost:8501", "ws", False),
        ("http://localhost:8501.evil.example", "localhost:8501", "ws", False),
        ("http://localhost:8501@evil.example", "localhost:8501", "ws", False),
        ("null", "localhost:8501", "ws", False),
        ("file://", "localhost:8501", "ws", False),
    ],
)
def test_an_origin_is_the_same_in_scheme_name_and_port(origin, host, scheme, same):
    assert is_same_origin(origin, host, scheme) is same


def through(peer: str, headers: dict[str, str], proxies: str) -> dict:
    """The scope that comes out of `Forwarded` for a request of a peer."""
    found = {}

    async def app(scope, receive, send):
        found.update(scope)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": "http", "client": (peer, 5), "headers": [(b"host", b"inner"), *raw]}
    completed(Forwarded(app, trusted_proxies({"EXPLORER_PROXIES": proxies}))(scope, None, None))
    return found


FORWARDED = {
    "x-forwarded-for": "198.51.100.9, 203.0.113.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "models.example",
}


def test_forwarding_headers_are_believed_from_a_trusted_proxy_alone():
    stranger = through("203.0.113.1", FORWARDED, "10.0.0.0/8")
    assert (stranger["client"][0], stranger["scheme"], stranger["headers"]) == ("203.0.113.1", "http", [(b"host", b"inner")])
    assert stranger["state"] == {"is_forwarded": True}
    trusted = through("10.1.2.3", FORWARDED, "10.0.0.0/8")
    # The last address is the one that the proxy itself saw; what stands before it anybody may have written.
    assert (trusted["client"][0], trusted["scheme"]) == ("203.0.113.7", "https")
    assert trusted["headers"] == [(b"host", b"models.example")]
    two = through("10.1.2.3", FORWARDED | {"x-forwarded-for": "198.51.100.9, 203.0.113.7, 10.9.9.9"}, "10.0.0.0/8")
    assert two["client"][0] == "203.0.113.7"
    broken = through("10.1.2.3", {"x-forwarded-for": "x, , ;", "x-forwarded-proto": "gopher"}, "10.0.0.0/8")
    assert (broken["client"][0], broken["scheme"]) == ("10.1.2.3", "http")


def test_a_proxy_that_is_no_address_is_told():
    with pytest.raises(ValueError, match=r"EXPLORER_PROXIES must hold addresses or networks.*“proxy”"):
        trusted_proxies({"EXPLORER_PROXIES": "10.0.0.1, proxy"})


def test_an_address_counts_with_its_whole_network_where_one_person_has_many():
    assert counted_as("2001:db8:1:2::1") == counted_as("2001:db8:1:2:ffff::9") != counted_as("2001:db8:1:3::1")
    assert counted_as("::ffff:192.0.2.1") == counted_as("192.0.2.1") != counted_as("192.0.2.2")
    assert is_loopback("::ffff:127.0.0.1") and is_loopback("127.9.9.9") and not is_loopback("0.0.0.0")


@pytest.mark.parametrize("value", ["", "x", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), TOKEN[:-1] + "g", TOKEN[:-1] + "\u0661"])
def test_only_a_token_of_the_form_that_was_given_is_a_visitors(value):
    assert not is_token(value)
    assert cookie_of({"headers": [(b"cookie", f"explorer_visitor={value}".encode())]}) == ""


def test_a_cookie_is_found_among_others_and_says_how_it_may_travel():
    assert cookie_of({"headers": [(b"cookie", f"a=b; explorer_visitor={TOKEN};c".encode())]}) == TOKEN
    assert "Secure" in new_cookie(True).split("; ")
    assert not {"Secure"} & set(new_cookie(False).split("; "))
    assert {"HttpOnly", "SameSite=Lax"} <= set(new_cookie(False).split("; "))
