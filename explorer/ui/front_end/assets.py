"""Where the front end's files are: inside the package where it is installed, at the project's top where it is not."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).parents[2] / "assets"
ASSETS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[3] / "assets"
# The width of the sidebar in pixels: the names of all architectures and tasks fit into its lists.
SIDEBAR = 256
