"""`streamlit` for the server that browser tests share: they open hundreds of pages and train on few of them, so that its
workers compile nothing for a page that merely rests. A server of one test's own does, as everybody's."""

from __future__ import annotations

from streamlit.web import cli

from explorer.runtime import precompiler

# Workers that are started anew import this file too, under another name.
if __name__ == "__main__":
    precompiler.SECONDS_OF_REST = float("inf")
    cli.main(prog_name="streamlit")
