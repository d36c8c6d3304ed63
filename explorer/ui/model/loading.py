"""What both pages show while the workers start."""

from __future__ import annotations

import streamlit as st

from explorer.ui.model.chain import chain
from explorer.ui.server import engine_instance


@st.fragment(run_every=0.25)
def wait_for_workers() -> None:
    """Hold the chain's place; the page runs again as soon as the workers are ready."""
    engine = engine_instance.engine()
    if engine.ready:
        st.rerun()
    chain(None, waiting=engine.failure or "The workers are importing TensorFlow: the shapes follow in a few seconds.")


@st.fragment(run_every=0.25)
def rerun_when_ready() -> None:
    """Run the page again as soon as the workers are ready: then it can train."""
    if engine_instance.engine().ready:
        st.rerun()
