"""What a learner does to understand the shapes: open layers, move sliders, unroll, and answer before being told."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_page import layer, open_page, slide
from tests.browser.window import nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)


def button(page: Page, name: str):
    return layer(page, name).get_by_role("button")


def why(page: Page):
    return page.locator(".why[data-why]")


# One of each kind of drawing; what is said of the layers of all architectures is held by tests/shapes/test_sentences.py.
@pytest.mark.parametrize("name", ["windows_gru", "two_streams", "self_attention", "causal_convolution"])
def test_every_layer_opens_into_its_explanation(page, server, name):
    open_page(page, server, f"architecture={name}")
    names = page.locator("[data-layer][data-output]").evaluate_all("all => all.map(each => each.dataset.layer)")
    assert names
    button(page, names[0]).focus()
    page.keyboard.press("Enter")
    for place, each in enumerate(names):
        expect(why(page)).to_have_attribute("data-why", each)
        expect(button(page, each)).to_have_attribute("aria-expanded", "true")
        expect(why(page).locator(".why-says").first).not_to_be_empty()
        # What the panel counts and draws is what Keras counts.
        counted = layer(page, each).locator(".params").inner_text()
        if "no parameters" not in counted:
            total = counted.split(" ")[0]
            expect(why(page).locator(".why-total").first).to_have_text(re.compile(re.escape(total)))
            expect(why(page).locator("[data-weight] svg").first).to_have_attribute("aria-label", re.compile(r"\d"))
        if place < len(names) - 1:
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator(".why")).to_be_hidden()
    expect(button(page, names[-1])).to_be_focused()


def test_a_slider_marks_what_it_moves_and_says_why_no_parameter_did(page, server):
    # After another architecture nothing is told of the settings before.
    open_page(page, server, "architecture=lstm_every_step")
    open_page(page, server)
    told = page.locator(".told")
    slide(page, "timesteps", 1)
    # All of it where the pointer rests, and the reason in the line.
    expect(told).to_have_attribute("title", re.compile("timesteps 20 → 21. T changed in sequence, memory and answer. No p"))
    expect(told).to_contain_text("timesteps 20 → 21. No parameter changes: the same weights are used at every timestep.")
    slide(page, "units", 1)
    # Of two settings the line has room for the sum.
    expect(told).to_contain_text("timesteps 20 → 21 and units 32 → 33. 3,777 → 3,994 parameters.")
    expect(told).to_have_attribute("title", re.compile("parameters of memory 3,744 → 3,960, of answer 33 → 34"))
    page.locator(".shape", has_text="U = 33").wait_for()


def test_an_open_layer_follows_the_sliders(page, server):
    open_page(page, server)
    button(page, "memory").click()
    expect(why(page).locator(".why-total").first).to_contain_text("3,744")
    slide(page, "features", 1)
    expect(why(page).locator(".why-total").first).to_contain_text("3,840")
    expect(why(page)).to_contain_text("F = 6")


def test_the_gates_stand_below_the_hidden_state_and_are_read_by_arrow_keys(page, server):
    visit(page, server, "/?layer=memory")
    page.mouse.move(0, 0)  # A cell that it stands over is the one that the arrow keys start from.
    drawing = why(page).locator('figure.inside[data-kind="memory"]')
    label = re.compile(r"on the same timesteps: update z, from 0\.\d+ to 0\.\d+; reset r, .*; candidate h̃, from −")
    expect(drawing.locator("svg[role=img]")).to_have_attribute("aria-label", label)
    drawing.locator("svg").focus()
    readout = drawing.locator(".inside-readout")
    expect(readout).to_contain_text("arrow keys")
    page.keyboard.press("ArrowDown")
    expect(readout).to_have_text(re.compile("^timestep 1, unit 1: "))
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    expect(readout).to_have_text(re.compile(r"^update z, timestep 1, unit 1: 0\.\d+$"))


def test_masked_timesteps_are_hatched_and_each_layer_says_what_it_does_with_the_mask(page, server):
    open_page(page, server, "architecture=gru_pooled&task=majority")
    for name, words in (("mask", "makes mask"), ("memory", "uses mask"), ("average", "uses mask"), ("answer", "")):
        expect(layer(page, name).locator(".name")).to_have_attribute("data-mask", words)
    # The input, what Masking and the GRU return: three tensors with timesteps, and the words for it.
    expect(page.locator(".explorer-chain .tensor .hatch:not([d=''])")).to_have_count(3)
    page.locator(".shown-masked").wait_for()
    button(page, "memory").click()
    expect(why(page).locator(".why-mask")).to_have_text("Mask: It uses the mask and passes it on.")
    says = why(page).locator(".why-drawing .inside-says")
    expect(says).to_contain_text("Masked timesteps: 18 to 20 hold the state of timestep 17 again.")
    page.keyboard.press("Escape")


def test_attention_is_drawn_head_by_head_and_read_by_arrow_keys(page, server):
    open_page(page, server, "architecture=self_attention")
    button(page, "attention").click()
    drawing = why(page).locator(".why-drawing .inside-drawing")
    expect(drawing.get_by_text(re.compile("^head [12]$"))).to_have_count(2)
    expect(drawing).to_have_attribute("aria-label", re.compile(r"of 2 heads.*Each row sums to 1\. 2 heads, each 20 query"))
    drawing.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    readout = why(page).locator(".why-drawing .inside-readout")
    expect(readout).to_have_text(re.compile(r"^head 1, query timestep 2 attends to key timestep 2 with weight 0\.\d+$"))
    page.keyboard.press("Escape")


def test_windows_begin_at_zero_beside_a_memory_that_runs_through(page, server):
    open_page(page, server, "preset=article_1")
    button(page, "memory").click()
    drawing = why(page).locator('figure.inside[data-kind="windows"]')
    drawing.wait_for()
    # A start from zero in every window drawn, and the one of the plain layer.
    assert drawing.locator(".zero").count() >= 3
    assert drawing.locator(".outline").count() >= 1
    expect(drawing.locator("svg[role=img]")).to_have_attribute("aria-label", re.compile("zero"))


def test_the_chain_is_unrolled_over_time_and_opens_layers_too(page, server):
    visit(page, server, "/?view=unrolled")
    drawing = page.locator("svg.unrolled-drawing")
    expect(drawing).to_have_attribute("aria-label", re.compile("The model over 20 timesteps"))
    expect(page.locator('.unrolled-end[data-layer="memory"]')).to_contain_text("20 hidden states")
    page.get_by_role("button", name=re.compile(r"^GRU\(32\), memory")).first.focus()
    page.keyboard.press("Enter")
    expect(why(page)).to_have_attribute("data-why", "memory")
    expect(page.locator(".st-key-train button")).to_be_enabled()
    slide(page, "timesteps", 1)
    expect(drawing).to_have_attribute("aria-label", re.compile("The model over 21 timesteps"))


def test_a_walk_goes_through_time_by_the_keyboard_and_stands_in_the_link(page, server):
    visit(page, server, "/?view=unrolled&architecture=lstm_every_step&units=6&t=8")
    place, cells = page.locator(".walk-place"), page.locator(".unrolled-drawing .cell")
    expect(place).to_have_text("timestep 8 of 20")
    expect(cells).to_have_count(8 * 6)  # h and c before, four gates, c and h
    slider = page.get_by_role("slider", name="Timestep of the walk")
    for key, timestep in (("ArrowRight", 9), ("End", 20), ("ArrowRight", 20), ("Home", 1), ("ArrowRight", 2)):
        slider.press(key)
        expect(place).to_have_text(f"timestep {timestep} of 20")
    expect(slider).to_have_attribute("aria-valuetext", "timestep 2 of 20")
    page.wait_for_url(re.compile(r"[?&]t=2(&|$)"))
    # Wherever the focus is: on a button that there is no way to go on with, and on none.
    back = page.get_by_role("button", name="One timestep back")
    back.press("Home")
    expect(back).to_have_attribute("aria-disabled", "true")
    expect(back).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("timestep 2 of 20")
    back.evaluate("button => button.blur()")
    page.keyboard.press("End")
    expect(place).to_have_text("timestep 20 of 20")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("timestep 2 of 20")
    # The numbers by the arrow keys; a pinned one goes along.
    drawing, readout, pins = (
        page.locator("svg.unrolled-drawing"),
        page.locator(".walk-readout"),
        page.locator(".walk-pins li"),
    )
    drawing.press("ArrowRight")
    expect(readout).to_contain_text("memory, timestep 2, hidden state before, unit 1: ")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        drawing.press(key)
    expect(readout).to_contain_text("c[2] = f · c[1] + i · c̃ = ")
    expect(pins).to_have_text(re.compile(r"memory, timestep 2, input i, unit 2: 0\.\d{3}"))
    slider.press("ArrowRight")
    expect(pins).to_have_text(re.compile(r"memory, timestep 3, input i, unit 2: 0\.\d{3}"))
    slider.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    slider.press(" ")
    page.get_by_role("button", name="Play").first.wait_for()
    slider.press("Escape")
    expect(cells).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"[?&]t="))
    visit(page, server, "/?view=unrolled&architecture=bidirectional_gru&timesteps=12&units=6&t=3")
    expect(place).to_have_text("timestep 3 of 12; backward: timestep 10")
    expect(cells).to_have_count(2 * 5 * 6)
    # A walk that has begun goes to the last timestep where there are fewer.
    slider.press("End")
    page.wait_for_url(re.compile(r"[?&]t=12(&|$)"))
    slide(page, "timesteps", -1)
    expect(place).to_have_text("timestep 11 of 11; backward: timestep 1")
    page.wait_for_url(re.compile(r"[?&]t=11(&|$)"))
    expect(page.get_by_text("No walk is begun")).to_have_count(0)
    # Another view, chosen before the walk has told where it rests, draws it anew.
    slider.press("Home")
    page.locator(".st-key-view").get_by_text("Code", exact=True).click()
    page.locator(".st-key-code_of_model").wait_for()
    page.locator(".st-key-view").get_by_text("Unrolled", exact=True).click()
    expect(place).to_have_text("timestep 1 of 11; backward: timestep 11")
    page.wait_for_url(re.compile(r"[?&]t=1(&|$)"))
    visit(page, server, "/?view=unrolled&t=21")
    page.get_by_text("asks for timestep 21, and a walk through this model has 20.").wait_for()


def test_the_quiz_is_answered_with_the_keyboard_alone(page, second, server):
    visit(page, server, "/?view=quiz&quiz_seed=7")
    page.locator(".shape", has_text="(?)").first.wait_for()
    expect(layer(page, "memory")).to_have_attribute("data-output", "?")
    text = page.locator(".st-key-quiz_panel").inner_text()
    choices = page.locator(".st-key-quiz_choice input")
    choices.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(choices.nth(1)).to_be_checked()
    answer = page.locator(".st-key-quiz_answer button")
    expect(answer).to_be_enabled()
    page.keyboard.press("Tab")
    expect(answer).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-quiz_buttons")).to_contain_text("of 1 right")
    page.locator(".st-key-quiz_panel [data-testid=stAlert]").first.wait_for()
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,32")
    expect(page.locator(".st-key-quiz_shown")).to_contain_text("– right")
    # The same button goes on, and it has kept the keyboard.
    expect(answer).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-quiz_panel")).to_contain_text("2 of 10")
    expect(layer(page, "memory")).to_have_attribute("data-output", "?")
    # The same address asks the same.
    visit(second, server, "/?view=quiz&quiz_seed=7")
    expect(second.locator(".st-key-quiz_panel")).to_contain_text(text.splitlines()[0])


# What is there to be seen once a view is drawn.
VIEWS = {
    "Chain": ".explorer-chain [data-layer]",
    "Unrolled": "svg.unrolled-drawing",
    "Compare": ".st-key-chain_compared .explorer-chain, .st-key-compare_keras",
    "Code": ".st-key-code_of_model code",
    "Quiz": ".st-key-quiz_choice",
}


# Code and quiz are words in a column, whatever the chain looks like: `make soak-pairs` looks at those of all three.
DRAWN = VIEWS if os.environ.get("PAIRS") == "all" else ("Chain", "Unrolled", "Compare")


@pytest.mark.parametrize(("name", "views"), [("gru_every_step", VIEWS), ("windows_gru", DRAWN), ("two_streams", DRAWN)])
def test_every_view_fits_the_window(page, server, name, views, tmp_path):
    open_page(page, server, f"architecture={name}&quiz_seed=7")
    for view in views:
        drawn = VIEWS[view]
        page.get_by_role("radio", name=view).locator("visible=true").first.click()
        page.locator(drawn).first.wait_for()
        # Nothing is trained during a quiz.
        if view == "Quiz":
            expect(page.locator(".st-key-train button")).to_have_count(0)
        else:
            expect(page.locator(".st-key-train button")).to_be_enabled()
        if view == "Code":
            # A colour means an axis, and code has none: its words are ink or grey.
            page.locator(".st-key-code_of_model code .keyword").first.wait_for()
            colours = page.locator(".st-key-code_of_model code span").evaluate_all(
                "all => [...new Set(all.map(each => getComputedStyle(each).color))]"
            )
            shades = [[int(part) for part in re.findall(r"\d+", colour)[:3]] for colour in colours]
            assert len(shades) > 1 and all(max(shade) - min(shade) < 40 for shade in shades)
        if view == "Chain":
            button(page, "memory").click()
            why(page).locator("figure.inside").wait_for()
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            nothing_lies_beside_the_window(page, ".explorer-chain, [data-testid=stMain] .stButton button")
        assert len(page.screenshot(path=tmp_path / f"{view}.png")) > 10_000


def choose_setting(page: Page, setting: str) -> None:
    page.locator(".st-key-compare_setting input").first.click()
    page.get_by_role("option", name=re.compile(re.escape(setting))).first.click()


def test_the_first_difference_of_two_models_is_shown(page, server):
    visit(page, server, "/?architecture=bidirectional_gru&view=compare")
    here, there = (page.locator(f".st-key-{key} .explorer-chain") for key in ("chain_itself", "chain_compared"))
    here.locator('[data-layer="memory"]').wait_for()
    choose_setting(page, "memory · merge_mode")
    labels = (page.locator(f".st-key-compare_{name} label").first for name in ("setting", "value"))
    tops = [label.bounding_box()["y"] for label in labels]
    assert abs(tops[0] - tops[1]) < 1, tops
    page.locator(".st-key-compare_value").get_by_text("sum", exact=True).click()
    expect(there.locator('[data-layer="memory"]')).to_have_attribute("data-output", "None,20,32")
    expect(here.locator('[data-layer="memory"]')).to_have_attribute("data-output", "None,20,64")
    expect(there.locator("[data-noted=memory]")).to_contain_text("merge_mode = sum")
    expect(there.locator('[data-layer="answer"][data-marked]')).to_have_count(0)
    expect(page.locator(".st-key-compare_why")).to_contain_text("64 units in your model and 32 with merge_mode=sum")
    # What was chosen stays while a slider moves, and both chains go with it.
    slide(page, "timesteps", 1)
    expect(there.locator('[data-layer="memory"]')).to_have_attribute("data-output", "None,21,32")
    expect(here.locator('[data-layer="memory"]')).to_have_attribute("data-output", "None,21,64")
    # The address holds the choice, and another visit begins with it.
    page.wait_for_url(re.compile("compare=memory.merge_mode&compare_value=sum"))
    visit(page, server, "/?architecture=bidirectional_gru&view=twins&compare=memory.merge_mode&compare_value=ave")
    page.get_by_text("With merge_mode=ave", exact=True).wait_for()
    visit(page, server, "/?architecture=bidirectional_gru&view=twins&compare=memory.colour")
    expect(page.locator(".st-key-compare_panel")).to_contain_text("This model has no setting “memory.colour” to compare.")


def test_a_variant_that_cannot_be_built_says_where_and_why(page, server):
    visit(page, server, "/?architecture=gru_every_step&view=twins")
    # What cannot be built is not what a visit begins with.
    page.locator(".st-key-chain_compared [data-layer=answer]").wait_for()
    choose_setting(page, "memory · return_sequences")
    warning = page.locator(".st-key-compare_panel [data-testid=stAlert]")
    expect(warning).to_contain_text("answer fails: a TimeDistributed(Dense) takes timesteps one by one")
    expect(page.locator(".st-key-compare_panel [data-testid=stCode]")).to_contain_text("at least 3 dimensions")
    expect(page.locator(".st-key-chain_compared [data-layer=memory]")).to_have_attribute("data-output", "None,32")
    expect(page.locator(".st-key-chain_compared [data-layer=answer]")).to_have_count(0)
