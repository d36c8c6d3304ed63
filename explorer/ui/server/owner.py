"""Who looks at the page: the same browser is the same visitor, and owns the runs that it started."""

from __future__ import annotations

import secrets

import streamlit as st

from explorer.ui.server.cookies import OWNER_COOKIE, is_token


def visitor() -> str:
    """The visitor's token from the cookie; where that is refused, or none of ours, a token for this page alone."""
    cookie = st.context.cookies.get(OWNER_COOKIE)
    if cookie is not None and is_token(cookie):
        return cookie
    return str(st.session_state.setdefault("_visitor", secrets.token_hex(16)))
