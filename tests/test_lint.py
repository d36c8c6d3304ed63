"""`make lint` says what it could not check, and fails only where something is wrong."""

from __future__ import annotations

import json
import shutil

import pytest

from scripts import audit, front_end

CLOSED = "http://127.0.0.1:1/"
UNKNOWN = {"name": "inner", "skip_reason": "not on the index"}
SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
HOLED = {
    "name": "old",
    "version": "1.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1", "2.0"]}, {"id": "CVE-2026-2", "fix_versions": []}],
}


def test_known_holes_are_findings():
    assert audit.holes_in([UNKNOWN, SOUND]) == []
    assert audit.holes_in([SOUND, HOLED]) == [
        "old 1.0: CVE-2026-1, fixed in 1.1, 2.0",
        "old 1.0: CVE-2026-2, fixed in no version yet",
    ]


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        ([UNKNOWN], "pip-audit: NOT checked, because its database knows none of the 1 packages here."),
        ([SOUND, HOLED], "pip-audit: 2 packages looked up, 1 with known holes."),
        (
            [SOUND, UNKNOWN],
            "pip-audit: 1 packages looked up, 0 with known holes; 1 NOT checked, because nothing is known of them here.",
        ),
    ],
)
def test_what_was_not_looked_up_is_told(packages, told):
    assert audit.summary(packages) == told


def test_without_a_network_the_packages_are_said_to_be_unchecked(monkeypatch, capsys):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, CLOSED)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert audit.main() == 0
    assert "NOT checked" in capsys.readouterr().out


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """A front end whose packages are not installed, of which npm has none, and whose registry cannot be reached."""
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in ("package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(front_end.ASSETS / name, folder / name)
    monkeypatch.setattr(front_end, "ASSETS", folder)
    monkeypatch.setattr(front_end, "INSTALLED", folder / "node_modules" / ".package-lock.json")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", CLOSED)
    monkeypatch.setenv("npm_config_replace_registry_host", "always")
    monkeypatch.setenv("npm_config_fetch_retry_mintimeout", "1")
    return folder


def test_without_a_network_the_front_end_is_said_to_be_unchecked(assets, capfd):
    assert front_end.main() == 0
    assert capfd.readouterr().err.startswith("tsc: NOT checked, because TypeScript cannot be had here. ")


def test_packages_that_are_not_the_locked_ones_are_a_finding(assets, capfd):
    package = json.loads((assets / "package.json").read_text())
    package["devDependencies"]["typescript"] = "1.0.0"
    (assets / "package.json").write_text(json.dumps(package))
    assert front_end.main() == 1
    assert "package.json and package-lock.json do not agree: run `npm install`" in capfd.readouterr().err
