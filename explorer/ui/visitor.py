"""Who looks at the page: the same browser is the same visitor, and owns the runs that it started."""

from __future__ import annotations

import secrets

import streamlit as st

from explorer.ui.headers import OWNER_COOKIE


def visitor() -> str:
    """The visitor's name from the cookie; where cookies are refused, a name for this page alone."""
    cookie = st.context.cookies.get(OWNER_COOKIE)
    return cookie or st.session_state.setdefault("_visitor", secrets.token_hex(16))
