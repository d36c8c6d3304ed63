"""Every link that docs/teaching.md gives to a teacher opens what the page knows, without a word of complaint."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from explorer.catalog.lessons import LESSONS
from explorer.experiment import Experiment
from explorer.models.build import build_experiment
from explorer.models.variants import settings

TEACHING = Path(__file__).parent.parent / "docs" / "teaching.md"
LINKS = list(dict.fromkeys(re.findall(r"\]\((http://127\.0\.0\.1:8501[^)\s]*)\)", TEACHING.read_text())))


def explore() -> None:
    import streamlit as st

    from explorer.ui.state import address

    experiment, problems = address.take(lambda run: None)
    st.session_state["experiment"] = experiment
    st.session_state["told"] = [problem.sentence for problem in problems]


def paste() -> None:
    import streamlit as st

    from explorer.ui.state import paste_state

    st.session_state["told"] = list(paste_state.take(lambda run: None))


@pytest.mark.parametrize("link", LINKS, ids=[link.removeprefix("http://127.0.0.1:8501") for link in LINKS])
def test_a_link_for_teachers_opens_without_a_complaint(link):
    path, query = urlsplit(link).path, dict(parse_qsl(urlsplit(link).query))
    assert path in ("/", "/paste")
    page = AppTest.from_function(explore if path == "/" else paste, default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    assert page.session_state["told"] == []
    if "lesson" in query and query.get("view") != "present":
        # A step stands on the page that the link names.
        assert LESSONS[query["lesson"]].state(int(query["step"]))[0] == {"/": "explore", "/paste": "paste"}[path]
    elif path == "/" and query.keys() & {"layer", "twin"}:
        asks_for_what_the_model_has(page.session_state["experiment"], query)


def asks_for_what_the_model_has(experiment: Experiment, query: dict[str, str]) -> None:
    model = build_experiment(experiment)
    if layer := query.get("layer"):
        assert layer in [each.name for each in model.layers]
    if twin := query.get("twin"):
        setting, _, value = twin.partition(":")
        (offered,) = [each for each in settings(model) if f"{each.layer}.{each.setting}" == setting]
        assert value in [str(each) for each in offered.others]


def test_each_lesson_can_be_found_from_the_plans_or_in_the_list_of_lessons():
    named = {dict(parse_qsl(urlsplit(link).query)).get("lesson") for link in LINKS} - {None}
    assert named <= set(LESSONS) and len(named) >= 6
