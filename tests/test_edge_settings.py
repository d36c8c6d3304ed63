"""A setting that cannot be used is told in a sentence before the server starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.application import free_port
from explorer.ui.server.settings import wrong_settings

ROOT = Path(__file__).resolve().parent.parent
WRONG = {
    "EXPLORER_WORKERS": "zwei",
    "EXPLORER_SCHEDULER": "tcp://10.1.1.1:8786",
    "EXPLORER_DATABASE": "nonsense",
    "EXPLORER_HOSTS": "*",
    "EXPLORER_PROXIES": "localhost",
    "EXPLORER_MAX_RUNS": "0",
    "EXPLORER_KEEP_DAYS": "-1",
    "EXPLORER_DATABASE_GB": "much",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_with_what_came(name, monkeypatch):
    assert wrong_settings() == []
    monkeypatch.setenv(name, WRONG[name])
    (sentence,) = wrong_settings()
    assert name in sentence and WRONG[name] in sentence


def test_the_server_does_not_start_and_says_why():
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={free_port()}"]
    environment = os.environ | {"EXPLORER_PROXIES": "localhost", "EXPLORER_WORKERS": "zwei"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "The server was not started.\nEXPLORER_WORKERS must be" in done.stderr
    assert "EXPLORER_PROXIES must hold" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
