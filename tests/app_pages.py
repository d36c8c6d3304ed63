"""Streamlit's AppTest, for tests of a page in their own process.

For each page that it opens it looks through what all installed packages say of themselves, for components of theirs: half of
what many tests took. What is installed stays the same.
"""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

__all__ = ["AppTest"]
