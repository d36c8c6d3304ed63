"""`streamlit` for the server that browser tests share: they show hundreds of experiments and train few of them, so that its
workers compile nothing ahead, as those of any other server do."""

from __future__ import annotations

from streamlit.web import cli

from explorer.runtime.engine.precompiler import Precompiler

# Workers that are started anew import this file too, under another name.
if __name__ == "__main__":
    Precompiler.compile_next = lambda _: None
    cli.main(prog_name="streamlit")
