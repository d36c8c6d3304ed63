"""The component that draws nothing of its own: keys that concern the whole page."""

from __future__ import annotations

import streamlit as st

from explorer.ui.modules import component

_PAGE = st.components.v2.component("explorer_page", js=component("page.js"), isolate_styles=False)


def listen() -> None:
    """Call once on a page with buttons that have shortcuts."""
    _PAGE(key="page")
