"""Share: a link to what the page shows, with settings that it fixes and parts that it hides, as text and as a QR code."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from html import escape
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from explorer.experiment import Experiment
from explorer.experiment.restrictions import PARTS, Restrictions
from explorer.ui.frame.my_slides import my_slides
from explorer.ui.front_end.assets import ASSETS
from explorer.ui.state import address

HELP = "A link to what the page shows, and its QR code."
CODE_HELP = "A link that holds this code, and its QR code."
IN_THE_LINK = (
    "The code and the fields below it are in the link itself, behind the #: no server keeps them. Whoever opens the link "
    "finds them in the editor. Nothing is executed."
)
SLIDES_IN_THE_LINK = "Whoever opens the link sees this slide, and walks through all of them with the arrow keys."
FIX_HELP = "These settings are shown with their values, and cannot be moved."
HIDE_HELP = "These settings and parts of the page are not shown. The settings keep their values."
LAYER_HELP = "The layer that is open when the page opens."
OPEN_TO_OTHERS = (
    "This address reaches only the machine that the page runs on. To let others in, start it with "
    "`make run ADDRESS=0.0.0.0`, open it by the name that is printed, and share from there."
)


def share_button(experiment: Experiment, layers: Sequence[str]) -> None:
    """Draw the button that opens the dialogue. layers: the names of the model's layers, none where they are not known."""
    if st.button("Share", key="share", icon=":material/share:", type="tertiary", help=HELP):
        _dialogue(experiment, layers)


@st.dialog("Share this page", width="large")
def _dialogue(experiment: Experiment, layers: Sequence[str]) -> None:
    st.html(ASSETS / "share.css")
    kept = address.restrictions()
    names = address.names_of(experiment)
    choices, code = st.columns([1, 1], gap="large")
    with choices:
        fixed = st.multiselect(
            "Fixed settings", names, [name for name in kept.fixed if name in names], _title, help=FIX_HELP
        )
        can_hide = [*PARTS, *(name for name in names if name not in fixed)]
        hidden = st.multiselect(
            "Hidden settings and parts", can_hide, [each for each in kept.hidden if each in can_hide], _title, help=HIDE_HELP
        )
        opened = None
        if layers and st.session_state["view"] == "chain":
            at = layers.index(now) if (now := st.session_state.get("_layer")) in layers else None
            opened = st.selectbox("Open a layer", layers, at, placeholder="None", help=LAYER_HELP)
        query = query_to(experiment, Restrictions(tuple(fixed), tuple(hidden)), opened)
        link = link_to(base(), query)
        _show_link(link)
    with code:
        st.html(qr_code(link))
    st.divider()
    my_slides(base(), query, _show_slides)


def share_code_button(fragment: Callable[[], str]) -> None:
    """The same for the page Paste. fragment: gives its fields as `explorer.ui.state.code_link` writes them."""
    if st.button("Share", key="share", icon=":material/share:", type="tertiary", help=CODE_HELP):
        _dialogue_of_code(fragment())


@st.dialog("Share this code", width="large")
def _dialogue_of_code(fragment: str) -> None:
    st.html(ASSETS / "share.css")
    choices, code = st.columns([1, 1], gap="large")
    link = f"{base()}#{fragment}"
    with choices:
        st.markdown(IN_THE_LINK)
        _show_link(link)
    with code:
        st.html(qr_code(link))


def share_slides(query: Mapping[str, str]) -> None:
    """Open the dialogue with the link to the slide that is presented. query: the parameters of its address."""
    _dialogue_of_slides(link_to(base(), query))


@st.dialog("Share these slides", width="large")
def _dialogue_of_slides(link: str) -> None:
    st.html(ASSETS / "share.css")
    choices, code = st.columns([1, 1], gap="large")
    with choices:
        st.markdown(SLIDES_IN_THE_LINK)
        _show_link(link)
    with code:
        st.html(qr_code(link))


def _show_slides(link: str) -> None:
    words, code = st.columns([1, 1], gap="large")
    with words:
        _show_link(link, "slides_link")
    with code:
        st.html(qr_code(link))


def _show_link(link: str, key: str = "share_link") -> None:
    with st.container(key=key):
        st.code(link, language=None, wrap_lines=True)
    if reaches_only_itself(link):
        st.caption(OPEN_TO_OTHERS)


def _title(name: str) -> str:
    return f"{name}: {PARTS[name]}" if name in PARTS else name.replace("_", " ")


def base() -> str:
    """The address of the page as the browser sees it, without its parameters."""
    scheme, host, path, *_ = urlsplit(st.context.url or "")
    return urlunsplit((scheme, host, path or "/", "", ""))


def query_to(experiment: Experiment, kept: Restrictions, layer: str | None) -> dict[str, str]:
    """The parameters of a link to what the page shows of an experiment, with these restrictions and this layer open."""
    query = {name: value for name, value in address.query_of(experiment).items() if name not in ("fix", "hide", "layer")}
    return query | kept.to_query() | ({"layer": layer} if layer else {})


def link_to(base: str, query: Mapping[str, str]) -> str:
    return f"{base}?{urlencode(query, safe=',')}"


def reaches_only_itself(link: str) -> bool:
    """Whether a link names the machine that opens it, as 127.0.0.1 does."""
    host = urlsplit(link).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def qr_code(link: str) -> str:
    """A link as a drawing that a phone reads, black on white in both themes; a sentence where it is too long for one."""
    source = qr_source(link)
    if not source:
        return f"<p>The link has {len(link):,} characters: too many for a QR code. Copy it instead.</p>"
    return f'<img class="explorer-qr" alt="QR code of the link" src="{escape(source)}">'


def qr_source(link: str) -> str:
    """The same as the source of an image, "" where the link is too long.

    Source: ISO/IEC 18004, by the library segno.
    """
    try:
        drawing: str = segno.make_qr(link, error="m").svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
    except segno.DataOverflowError:
        return ""
    return drawing
