"""The cookie that says whose run is whose."""

from __future__ import annotations

import re
import secrets

from starlette.types import Scope

OWNER_COOKIE = "explorer_visitor"
_A_YEAR = 365 * 24 * 3600
_FORM = re.compile(r"[0-9a-f]{32}")


def is_token(text: object) -> bool:
    """Whether a cookie's value has the form of those that were given: 128 random bits in hexadecimal."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


def cookie_of(scope: Scope) -> str:
    """The visitor's token in a request, an empty string where there is none of the form that was given."""
    found = ""
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _, text = part.partition("=")
                if key.strip() == OWNER_COOKIE:
                    found = text.strip()
    return found if is_token(found) else ""


def new_cookie(is_secure: bool) -> str:
    """The header Set-Cookie for a new visitor. is_secure: the page came by https, and the cookie must go no other way."""
    words = [f"{OWNER_COOKIE}={secrets.token_hex(16)}", "Path=/", f"Max-Age={_A_YEAR}", "HttpOnly", "SameSite=Lax"]
    return "; ".join([*words, *["Secure"] * is_secure])
