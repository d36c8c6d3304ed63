"""The address against the widgets: which of them counts, and what a link fixes, hides and opens."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.catalog import ARCHITECTURES, TASKS, read_experiment
from explorer.catalog.presets import PRESETS
from explorer.experiment.learning_rates import default_rate
from explorer.experiment.restrictions import MOST_NAMES, PARTS, Restrictions, read_restrictions
from explorer.ui.frame import share
from explorer.ui.state import address, walk_place
from tests.app_pages import AppTest


def page_of_settings():
    import streamlit as st

    from explorer.ui.explore.controls import controls
    from explorer.ui.explore.head import head
    from explorer.ui.state import address

    experiment, problems = address.take(lambda run: None)
    st.session_state["said"] = [problem.sentence for problem in problems]
    st.session_state["linked"] = address.query_of(experiment)
    if not address.restrictions().hides("sidebar"):
        controls(experiment, st.session_state["_followed"])
    head(experiment)
    address.write(experiment)


def open_link(query: dict[str, str]) -> AppTest:
    page = AppTest.from_function(page_of_settings, default_timeout=30)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def keys(page: AppTest) -> set[str]:
    """The keys of the widgets that are drawn."""
    kinds = ("selectbox", "slider", "select_slider", "number_input", "button_group", "button", "toggle")
    return {widget.key for kind in kinds for widget in getattr(page, kind)}


def choose(page: AppTest, view: str) -> AppTest:
    (choice,) = [each for each in page.button_group if each.key == "view"]
    return choice.set_value(view).run()


# ----------------------------------------------------------------------------------------------------- which one counts


def test_a_choice_counts_though_the_browser_still_has_the_address_before_the_last_one():
    page = open_link({"timesteps": "7"})
    before = dict(page.query_params)
    choose(page, "code")
    # A second click, sent before the answer to the first one was there.
    page.query_params.clear()
    page.query_params.update(before)
    choose(page, "quiz")
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("quiz", 7)
    assert page.query_params["view"] in ("quiz", ["quiz"])


def test_a_named_experiment_that_the_browser_still_shows_is_not_chosen_again():
    page = open_link({"preset": "article_2"})
    (presets,) = [each for each in page.button_group if each.label == "Named experiments"]
    before = presets.key
    page.slider(key="timesteps").set_value(9).run()
    (presets,) = [each for each in page.button_group if each.label == "Named experiments"]
    # What a browser still sends for the one before is nobody's.
    assert (presets.value, before) == (None, "preset_0") and presets.key != before
    presets.set_value("article_2").run()
    (again,) = [each for each in page.button_group if each.label == "Named experiments"]
    assert (again.value, again.key, page.session_state["timesteps"]) == ("article_2", presets.key, 20)


def test_a_choice_that_its_list_has_no_longer_comes_as_it_was_written_there_and_is_known():
    page = open_link({"architecture": "gru_every_step"})
    fitting = {name for name, entry in TASKS.items() if ARCHITECTURES["gru_every_step"].fits(entry)}
    other = next(entry for name, entry in TASKS.items() if name not in fitting)
    sent = page._tree.get_widget_states()
    (task,) = [each for each in sent.widgets if each.id.endswith("-task")]
    # Somebody chose it in the list of another architecture, which the page has left meanwhile.
    task.string_value = other.title
    page._run(sent)
    assert not page.exception and page.session_state["task"] in fitting
    assert not any("There is no task called" in sentence for sentence in page.session_state["said"])


def test_back_brings_what_its_address_says(monkeypatch):
    page = choose(open_link({"timesteps": "7"}), "code")
    page.query_params.update(timesteps="9", view="unrolled")
    page.run()
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("code", 7)
    page.query_params.update(timesteps="9", view="unrolled")
    monkeypatch.setattr(address, "went_through_history", lambda: True)
    page.run()
    assert (page.session_state["view"], page.session_state["timesteps"]) == ("unrolled", 9)


# ------------------------------------------------------------------------------------------- what is fixed and hidden


def test_a_link_fixes_and_hides_settings_and_keeps_both_in_the_address():
    page = open_link({"timesteps": "7", "fix": "timesteps,delay,task", "hide": "seed, presets"})
    assert page.session_state["said"] == []
    assert {"timesteps", "delay", "task", "seed", "preset_0"}.isdisjoint(keys(page))
    assert {"architecture", "features", "units", "samples", "view", "show_all"} <= keys(page)
    words = [each.value for each in page.markdown]
    assert "**timesteps** 7" in words and "**task** Delayed echo" in words
    page.slider(key="units").set_value(9).run()
    assert (page.session_state["units"], page.session_state["timesteps"]) == (9, 7)
    assert page.session_state["linked"]["fix"] == "timesteps,delay,task"
    assert page.session_state["linked"]["hide"] == "seed,presets"


def test_show_everything_ends_what_a_link_fixes_and_hides():
    page = open_link({"fix": "timesteps", "hide": "sidebar"})
    assert {"timesteps", "units"}.isdisjoint(keys(page)) and "show_all" in keys(page)
    page.button(key="show_all").click().run()
    assert {"timesteps", "units", "architecture"} <= keys(page) and "show_all" not in keys(page)
    assert {"fix", "hide"}.isdisjoint(page.session_state["linked"])


def test_a_task_that_is_fixed_leaves_the_architectures_that_fit_it():
    page = open_link({"task": "delayed_echo", "fix": "task"})
    offered = page.selectbox(key="architecture").options
    task = page.session_state["task"]
    fitting = [entry.title for entry in ARCHITECTURES.values() if entry.fits(address.TASKS[task])]
    assert offered == fitting and len(fitting) < len(ARCHITECTURES)


def test_a_learning_rate_that_is_fixed_stays_with_another_architecture():
    at_first, other = "gru_every_step", "two_streams"
    rate = default_rate(at_first, "delayed_echo")
    for query, moved in (({}, True), ({"fix": "learning_rate"}, False)):
        page = open_link({"architecture": at_first, "learning_rate": str(rate)} | query)
        page.selectbox(key="architecture").set_value(other).run()
        there = default_rate(other, page.session_state["task"])
        assert there != rate and page.session_state["learning_rate"] == (there if moved else rate)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            {"fix": "timestep"},
            ["fix= in the address cannot name “timestep”, which was left out.", "Did you mean timesteps?"],
        ),
        ({"hide": "a,b,c,d,e"}, ["“a”, “b” and “c” and 2 more, which were left out. It can name: sidebar, presets"]),
        ({"fix": "sidebar"}, ["cannot name “sidebar”"]),
        ({"fix": "units", "hide": "units"}, ["fixes units and hides the same", "it is hidden"]),
        ({"hide": "chain", "view": "code"}, ["asks for the view “code” and hides the chain"]),
        ({"hide": "units," * 200}, ["has 1,200 characters, and 400 are read at most"]),
        (
            {"view": "unrolled", "t": "0"},
            ["t must be a timestep, a whole number from 1 on; received “0”."],
        ),
        ({"view": "codes"}, ["There is no view called “codes”. There are: chain, unrolled, compare, code, quiz."]),
    ],
)
def test_what_a_link_cannot_fix_hide_or_show_is_told(query, words):
    page = open_link(query)
    (said,) = page.session_state["said"]
    for each in words:
        assert each in said, said


def test_what_is_hidden_is_not_fixed_too_and_no_view_of_a_hidden_chain_is_shown():
    kept, problems = read_restrictions({"fix": "units,delay,units", "hide": "units"}, address.NAMES)
    assert (kept.fixed, kept.hidden, len(problems)) == (("delay",), ("units",), 1)
    page = open_link({"hide": "chain", "view": "code"})
    assert page.session_state["view"] == "chain" and "view" not in keys(page)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"twin": "memory.return_sequences"}, ("memory.return_sequences", "")),
        ({"twin": "memory.return_sequences:False"}, ("memory.return_sequences", "False")),
        ({"twin": "a.b:c", "compare": "memory.units", "compare_value": "16"}, ("memory.units", "16")),
    ],
)
def test_a_link_to_a_comparison_opens_it(query, wanted):
    page = open_link(query)
    assert page.session_state["view"] == "twins"
    assert page.session_state["_compare_wanted"] == wanted


# ------------------------------------------------------------------------------------------------------------ there and back

SETTINGS_AND_PARTS = st.lists(st.sampled_from([*PARTS, *address.NAMES]), max_size=8, unique=True)


@given(st.lists(st.sampled_from(address.NAMES), max_size=8, unique=True), SETTINGS_AND_PARTS)
def test_restrictions_are_the_same_after_a_link(fixed, hidden):
    kept = Restrictions(tuple(name for name in fixed if name not in hidden), tuple(hidden))
    assert read_restrictions(kept.to_query(), address.NAMES) == (kept, ())
    assert bool(kept) == bool(kept.to_query())


@given(st.text(max_size=500), st.text(max_size=500))
def test_any_text_gives_known_names_and_few_sentences(fix, hide):
    kept, problems = read_restrictions({"fix": fix, "hide": hide}, address.NAMES)
    assert set(kept.fixed) <= set(address.NAMES) and set(kept.hidden) <= {*PARTS, *address.NAMES}
    assert len(problems) <= 3 and all(problem.sentence.endswith(("?", ".")) for problem in problems)
    assert len(kept.fixed) <= MOST_NAMES


@pytest.mark.parametrize("name", PRESETS)
def test_a_shared_link_opens_the_same_page(name):
    experiment = PRESETS[name].experiment
    kept = Restrictions(("timesteps",), ("seed", "presets"))
    link = share.link_to("http://class.example:8501/", share.query_to(experiment, kept, "memory"))
    query = dict(parse_qsl(urlsplit(link).query))
    assert query.pop("layer") == "memory"
    page = open_link(query)
    assert page.session_state["said"] == []
    assert page.session_state["linked"] == experiment.to_query() | kept.to_query()
    assert share.qr_code(link).startswith('<img class="explorer-qr"')


@pytest.mark.parametrize(
    ("link", "itself"),
    [
        ("http://127.0.0.1:8501/", True),
        ("http://localhost:8501/?a=1", True),
        ("http://[::1]:8501/", True),
        ("http://laptop.local:8501/", False),
        ("https://192.168.2.7/", False),
        ("", False),
    ],
)
def test_a_link_that_nobody_else_can_open_is_known(link, itself):
    assert share.reaches_only_itself(link) is itself


def test_a_link_that_is_too_long_for_a_qr_code_is_told():
    assert "too many for a QR code" in share.qr_code("http://class.example/?" + "a" * 3000)


# ------------------------------------------------------------------------------------------------------------- old links

# Links as the page has written them over time: each must open what it opened then. Never change one; add to them.
OLD = [
    ("preset=article_1", {"architecture": PRESETS["article_1"].experiment.architecture, "view": "chain"}),
    (
        "architecture=gru_every_step&task=delayed_echo&timesteps=20&features=5&units=32&samples=512&batch=32&epochs=60"
        "&learning_rate=0.002&seed=0&delay=3",
        {"timesteps": 20, "features": 5, "units": 32, "delay": 3, "learning_rate": 0.002, "view": "chain"},
    ),
    (
        "architecture=two_streams&timesteps=9&view=unrolled",
        {"architecture": "two_streams", "timesteps": 9, "view": "unrolled"},
    ),
    ("architecture=causal_convolution&kernel_size=5&view=code", {"kernel_size": 5, "view": "code"}),
    ("view=compare&compare=memory.return_sequences&compare_value=False", {"view": "twins"}),
    ("view=twins&compare=.architecture", {"view": "twins"}),
    ("view=quiz&quiz_seed=7", {"view": "quiz", "quiz_seed_wanted": 7}),
]


@pytest.mark.parametrize(("link", "shown"), OLD, ids=[link[:40] for link, _ in OLD])
def test_an_old_link_opens_what_it_did(link, shown):
    page = open_link(dict(parse_qsl(link)))
    assert page.session_state["said"] == []
    assert {name: page.session_state[name] for name in shown} == shown
    assert not read_experiment({}).problems


def test_the_timestep_of_a_walk_stands_in_the_link_of_its_view_and_is_checked():
    page = open_link({"view": "unrolled", "t": "7"})
    assert page.session_state["linked"]["t"] == "7"
    assert "t" not in open_link({"view": "code", "t": "7"}).session_state["linked"]
    rows = [{"inner_steps": None}, {"inner_steps": 6}]
    assert walk_place.length_of({"unrolled": {"steps": 8, "axis": "windows", "rows": rows}}) == 48
    assert walk_place.length_of({"unrolled": {"steps": 8, "axis": "timesteps", "rows": rows}}) == 8
    assert walk_place.length_of({"unrolled": None}) == walk_place.length_of({}) == 0
