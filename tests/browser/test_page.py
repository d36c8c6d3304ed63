"""What a person does on the page, in a real browser, with real workers behind it."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, Response, expect

from bench.application import Application
from tests.browser.conftest import NO_HINTS, PATIENCE, somebody_else
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

SMALL = "timesteps=8&features=2&units=6&samples=64&batch=16&delay=2"


# How far what is seen has moved by itself since the page began to load, as a part of the window. What was painted is
# observed too, so that there is an answer where nothing has moved.
SHIFTED = """() => new Promise(done => {
  const moved = ({ value, hadRecentInput }) => value && !hadRecentInput ? value : 0;
  const observer = new PerformanceObserver(list => done(list.getEntries().reduce((sum, each) => sum + moved(each), 0)));
  for (const type of ["layout-shift", "paint"]) observer.observe({ type, buffered: true });
})"""


# Sizes that differ are another program to compile, so that nearly all that is trained here has those above or these: more
# samples, where something is to be seen or done before training is over.
MORE = SMALL.replace("samples=64", "samples=1024")
# Long enough that a hand can press a button before it is done.
LONG = MORE + "&epochs=500"


def layer(page: Page, name: str):
    return page.locator(f'.layer[data-layer="{name}"]')


def panel(page: Page):
    return page.locator("[data-live]")


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").click()


def at_speed(page: Page, speed: str) -> None:
    page.locator(f"[data-live] input[value={speed}]").check(force=True)


def number(page: Page, attribute: str) -> int:
    return int(panel(page).get_attribute(attribute))


def open_page(page: Page, server: Application, query: str = "") -> None:
    visit(page, server, f"/?{query}")
    page.locator("[data-layer]").first.wait_for()
    if "run=" not in query:
        # Until the page has answered, what it showed before is there: a run that is done, and a button to train it.
        expect(panel(page)).to_have_attribute("data-run", "")
    expect(page.locator(".st-key-train button")).to_be_enabled()


def wait_for_epoch(page: Page, epoch: int) -> None:
    page.wait_for_function("epoch => Number(document.querySelector('[data-live]').dataset.epoch) >= epoch", arg=epoch)


def wait_for_script(page: Page) -> None:
    """Until the page has answered what was done before: what moves a setting in the meantime is overtaken by the answer."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def slide(page: Page, key: str, presses: int, taken: bool = True) -> None:
    """Press an arrow on a slider so many times. taken: wait each time until the page has taken it, as a person would."""
    wait_for_script(page)
    thumb = page.locator(f".st-key-{key} input[type=range]")
    thumb.focus()
    for _ in range(abs(presses)):
        wanted = int(thumb.input_value()) + (1 if presses > 0 else -1)
        thumb.press("ArrowRight" if presses > 0 else "ArrowLeft")
        if taken:
            page.wait_for_url(re.compile(rf"[?&]{key}={wanted}(&|$)"))


def choose(page: Page, key: str, title: str) -> None:
    wait_for_script(page)
    page.locator(f".st-key-{key} [role=combobox], .st-key-{key} input").first.click()
    page.get_by_role("option", name=title, exact=True).click()


def test_the_default_experiment_is_drawn_and_follows_the_sliders(page, server):
    open_page(page, server)
    expect(layer(page, "memory")).to_have_attribute("data-input", "None,20,5")
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,32")
    expect(layer(page, "answer")).to_have_attribute("data-output", "None,20,1")
    slide(page, "timesteps", 1)
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,21,32")
    slide(page, "units", -1)
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,21,31")
    page.wait_for_url(re.compile("timesteps=21.*units=31"))


# Nothing is sent to the server until it is released; whatever the chain shows is kept: its output, and its shapes in words.
KEEP_BACK = """() => {
  const { send } = WebSocket.prototype;
  const kept = [];
  WebSocket.prototype.send = function (message) { kept.push([this, message]); };
  window.release = () => {
    WebSocket.prototype.send = send;
    kept.forEach(([socket, message]) => socket.send(message));
  };
  window.seen = [];
  new MutationObserver(() => {
    const output = document.querySelector('[data-layer=memory]').dataset.output;
    const shapes = [...document.querySelectorAll('.shape')].map(each => each.textContent);
    window.seen.push([output, shapes]);
  }).observe(document.querySelector('.explorer-chain'), {subtree: true, attributes: true, childList: true});
}"""


def test_the_chain_follows_a_slider_before_the_page_does_and_its_symbols_with_it(page, server):
    open_page(page, server)
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,32")
    # The page's own answer is kept back: what is drawn meanwhile comes from the slider alone.
    page.evaluate(KEEP_BACK)
    # What was asked before that is answered yet, and would take the slider back: the server has it before it answers this.
    page.evaluate("() => fetch('/_stcore/health').then(answer => answer.text())")
    slide(page, "units", 4, taken=False)
    expect(page.locator(".st-key-units input[type=range]")).to_have_value("36")
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,36")
    # Shapes and symbols come with one and the same answer to the slider.
    seen = page.evaluate("window.seen")
    assert seen
    for output, shapes in seen:
        units = output.split(",")[-1]
        assert any(shape.endswith(f"(B, T = 20, U = {units})") for shape in shapes)
    thumb = page.locator(".st-key-timesteps input[type=range]")
    box = thumb.evaluate(
        "node => { const box = node.parentElement.parentElement.getBoundingClientRect(); return [box.x + 8, box.y + 8]; }"
    )
    page.mouse.move(*box)
    page.mouse.down()
    page.mouse.move(box[0] + 60, box[1], steps=5)
    page.mouse.up()
    wanted = thumb.input_value()
    assert int(wanted) > 20
    expect(layer(page, "answer")).to_have_attribute("data-output", f"None,{wanted},1")
    assert "units=32" in page.url and "timesteps=20" in page.url
    page.evaluate("window.release()")
    page.wait_for_url(re.compile(f"timesteps={wanted}&.*units=36"))


def test_a_slider_that_is_moved_fast_ends_at_its_last_place(page, server):
    open_page(page, server)
    expect(layer(page, "memory")).to_have_attribute("data-input", "None,20,5")
    slide(page, "timesteps", 12, taken=False)
    # A busy browser may miss a press; wherever the slider stands, the page and its address stand there too.
    wanted = page.locator(".st-key-timesteps input[type=range]").input_value()
    page.wait_for_url(re.compile(f"timesteps={wanted}&"))
    expect(layer(page, "memory")).to_have_attribute("data-input", f"None,{wanted},5")
    expect(page.locator(".st-key-timesteps input[type=range]")).to_have_value(wanted)


def test_choosing_an_architecture_changes_the_chain_and_the_tasks(page, server):
    open_page(page, server)
    choose(page, "architecture", "TimeDistributed(GRU)")
    expect(layer(page, "memory")).to_have_attribute("data-input", "None,8,20,5")
    # The learning rate follows, until somebody chooses one.
    page.wait_for_url(re.compile("architecture=windows_gru.*task=longest_window.*learning_rate=0.01&"))
    page.locator(".st-key-learning_rate input[type=range]").press("ArrowRight")
    page.wait_for_url(re.compile("learning_rate=0.02&"))
    choose(page, "architecture", "GRU, last timestep")
    page.wait_for_url(re.compile("task=adding_problem.*learning_rate=0.02&"))
    expect(page.locator(".st-key-only_features")).to_contain_text("features 2")
    expect(page.locator(".st-key-features")).to_have_count(0)
    # What moved because the architecture did is said where the hand is.
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("features from 5 to 2 (The adding problem always has 2")


def test_two_streams_are_drawn_with_both_inputs(page, server):
    open_page(page, server, "architecture=two_streams&second_features=3")
    merged = page.locator('[data-input="None,20,64;None,20,32"]')
    expect(merged).to_have_attribute("data-output", "None,20,96")


def test_training_runs_to_the_end_in_the_same_chart(page, server):
    open_page(page, server, MORE + "&epochs=40")
    chart = page.locator('[data-chart="loss"]')
    chart.evaluate("node => { node.dataset.mine = 'the same node'; }")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "running")
    wait_for_epoch(page, 5)
    # How many redraws there are is the machine's affair; that there are more while it trains is ours.
    drawn = number(page, "data-redraws")
    page.wait_for_function("drawn => Number(document.querySelector('[data-live]').dataset.redraws) > drawn", arg=drawn)
    # The film goes on, whether or not training does.
    expect(panel(page)).to_have_attribute("data-playing", "true")
    slide(page, "timesteps", 1)
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,9,6")
    expect(panel(page)).to_have_attribute("data-state", "done")
    expect(panel(page)).to_have_attribute("data-frames", "40")
    assert chart.get_attribute("data-mine") == "the same node"
    expect(chart).to_have_attribute("aria-label", re.compile("validation"))
    expect(page.locator("[data-story]")).to_contain_text("baseline")


# What streams that are opened from now on tell is heard when it is released, in order.
HOLD = """() => {
  const listen = EventSource.prototype.addEventListener;
  let held = [];
  EventSource.prototype.addEventListener = function (name, act) {
    return listen.call(this, name, event => held ? held.push(() => act(event)) : act(event));
  };
  window.release = () => {
    EventSource.prototype.addEventListener = listen;
    const told = held;
    held = null;
    told.forEach(each => each());
  };
}"""


def test_pause_step_resume_stop_and_reset(page, server):
    open_page(page, server, LONG)
    # The newest epoch is shown: a step is then one that is trained.
    at_speed(page, "max")
    press(page, "train")
    wait_for_epoch(page, 1)
    press(page, "pause")
    expect(panel(page)).to_have_attribute("data-state", "paused")
    expect(page.locator(".st-key-resume button")).to_be_enabled()
    epoch = number(page, "data-epoch")
    # An epoch that came in while the pause was on its way is not shown by itself.
    page.locator("[data-scrub]").press("End")
    expect(panel(page)).to_have_attribute("data-shown", str(epoch))
    press(page, "step")
    expect(panel(page)).to_have_attribute("data-epoch", str(epoch + 1))
    expect(panel(page)).to_have_attribute("data-state", "paused")
    expect(page.locator(".st-key-resume button")).to_be_enabled()
    press(page, "resume")
    wait_for_epoch(page, epoch + 2)
    first = panel(page).get_attribute("data-run")
    press(page, "stop")
    expect(panel(page)).to_have_attribute("data-state", "stopped")
    stopped_at = number(page, "data-epoch")
    assert epoch + 2 <= stopped_at < 500
    # Restart waits at epoch 0, with the settings on the page.
    slide(page, "delay", 1)
    page.evaluate(HOLD)
    press(page, "reset")
    expect(panel(page)).not_to_have_attribute("data-run", first)
    expect(panel(page)).to_have_attribute("data-state", "paused")
    expect(panel(page)).to_have_attribute("data-shown", "0")
    press(page, "resume")
    # The film plays although the page hears late that the run waited.
    page.evaluate("window.release()")
    page.wait_for_function("() => Number(document.querySelector('[data-live]').dataset.shown) > 0")
    expect(page.locator("[data-pin]")).to_have_text(re.compile("previous run: delay 2 "))
    press(page, "stop")
    expect(panel(page)).to_have_attribute("data-state", "stopped")


# The epochs that the rest of the page is told of, and how many numbers of the hidden state.
HEAR = """() => {
  window.told = [];
  document.addEventListener('explorer:shown', ({detail}) => {
    const memory = detail.tensors?.get('memory')?.numbers.length ?? null;
    window.told.push({run: detail.run, epoch: detail.epoch, memory});
  });
}"""


def test_a_run_plays_as_a_film_that_one_scrubber_governs(page, server):
    open_page(page, server, SMALL + "&epochs=25&seed=3")
    page.evaluate(HEAR)
    at_speed(page, "normal")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-frames", "25")
    # Training is over, and the film is not.
    assert number(page, "data-shown") < 25
    expect(page.locator(".st-key-pause button")).to_be_enabled()
    expect(panel(page)).to_have_attribute("data-shown", "25")
    # Every epoch was told of, some of them again when their tensors came.
    told = page.evaluate("() => window.told.filter(({ run, epoch }) => run && epoch > 0)")
    assert list(dict.fromkeys(each["epoch"] for each in told)) == list(range(1, 26))
    assert {each["memory"] for each in told} <= {None, 6 * 8}
    # Its tensors were computed with it from the first epoch on: nothing was trained again.
    events = page.evaluate("run => fetch(`/live/${run}?tensors=0`).then(answer => answer.text())", told[0]["run"])
    assert events.count('"tensors"') == 25
    page.wait_for_function("() => window.told.at(-1).memory === 48 && window.told.at(-1).epoch === 25")

    page.locator("[data-scrub]").fill("7")
    for chart in ("loss", "error", "outputs"):
        label = re.compile("epoch 7[^0-9]")
        expect(page.locator(f'[data-chart="{chart}"]')).to_have_attribute("aria-label", label, ignore_case=True)
    lines = page.locator("line.shown").evaluate_all("all => all.map(each => each.getAttribute('x1'))")
    assert len(lines) == 2 and lines[0] == lines[1]
    page.locator("h1, h2, h3, h4").first.click()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_have_attribute("data-shown", "8")
    page.keyboard.press("ArrowLeft")
    expect(panel(page)).to_have_attribute("data-shown", "7")
    # A quiz has no film; after it the film is where it was left.
    at_speed(page, "slow")
    for view in ("Quiz", "Chain"):
        page.get_by_role("radio", name=view).locator("visible=true").first.click()
        expect(panel(page)).to_have_count(0 if view == "Quiz" else 1)
    expect(panel(page)).to_have_attribute("data-shown", "7")
    assert panel(page).get_attribute("data-speed") == "slow"
    page.wait_for_function("() => window.told.at(-1).memory === 48 && window.told.at(-1).epoch === 7")
    # The panel stands where it stays once the page's script has ended.
    wait_for_script(page)
    page.locator("h1, h2, h3, h4").first.click()
    at_speed(page, "max")
    page.locator("h1, h2, h3, h4").first.click()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_have_attribute("data-shown", "8")
    page.keyboard.press("Space")
    expect(panel(page)).to_have_attribute("data-shown", "25")
    assert panel(page).get_attribute("data-speed") == "max"

    press(page, "more")
    expect(panel(page)).to_have_attribute("data-frames", "50")
    page.wait_for_url(re.compile("epochs=50"))


# The cells of all tensors as they are drawn.
PICTURE = """() => [...document.querySelectorAll('[data-chain] .tensor .grid path')]
  .map(path => path.getAttribute('d')).join()"""


def test_at_slow_batches_are_shown_one_by_one_with_what_each_changed(page, server):
    # Fast enough that each batch changes the picture.
    open_page(page, server, SMALL + "&epochs=3&seed=14&learning_rate=0.05")
    wide = page.locator("[data-scrub]").bounding_box()["width"]
    at_speed(page, "slow")
    press(page, "train")
    # Looked at with every frame of the browser: each text stands for a quarter of a second.
    for text in ("epoch 1, batch 1 of 4", "epoch 2, batch 1 of 4"):
        page.wait_for_function("text => document.querySelector('[data-live] .epoch').textContent.trim() === text", arg=text)
    expect(panel(page)).to_have_attribute("data-frames", "3")
    press(page, "pause")
    page.locator("[data-scrub]").fill("1")
    expect(panel(page)).to_have_attribute("data-batch", "")
    page.locator("h1, h2, h3, h4").first.click()
    seen = {}
    for batch in (1, 2, 3, 4):
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-chain]")).to_have_attribute("data-batch", str(batch))
        label = re.compile(f"after batch {batch} of epoch 2")
        expect(page.locator('[data-chart="outputs"]')).to_have_attribute("aria-label", label)
        changed = r"Loss \d.* before the step; weights changed most in \w+ \([\d.]+%\), then \w+ \([\d.]+%\)\."
        expect(page.locator("[data-live] .batch")).to_have_text(re.compile(changed))
        seen[batch] = page.evaluate(PICTURE)
        assert abs(page.locator("[data-scrub]").bounding_box()["width"] - wide) < 1
    assert len(set(seen.values())) == 4
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-chain]")).to_have_attribute("data-batch", "3")
    assert page.evaluate(PICTURE) == seen[3]
    # An opened layer stands at the same batch.
    layer(page, "memory").locator(".box").click()
    expect(page.locator("[data-why]")).to_contain_text("epoch 2, batch 3")
    layer(page, "memory").locator(".box").click()
    # After its last batch the net is that of the whole epoch.
    page.locator("[data-scrub]").fill("2")
    expect(page.locator("[data-chain]")).to_have_attribute("data-batch", "")
    expect(page.locator("[data-chain]")).to_have_attribute("data-epoch", "2")
    assert page.evaluate(PICTURE) == seen[4]
    at_speed(page, "normal")


def test_step_from_nothing_is_the_first_epoch(page, server):
    open_page(page, server, SMALL + "&seed=4")
    press(page, "step")
    expect(panel(page)).to_have_attribute("data-state", "paused")
    expect(panel(page)).to_have_attribute("data-frames", "1")


def test_a_reload_a_second_tab_and_somebody_else_join_with_the_whole_history(visitor, page, second, server):
    open_page(page, server, SMALL + "&epochs=60&seed=5")
    press(page, "train")
    wait_for_epoch(page, 3)
    page.wait_for_url(re.compile("run="))
    run = panel(page).get_attribute("data-run")
    page.reload()
    expect(panel(page)).to_have_attribute("data-run", run)
    second.goto(page.url)
    for tab in (page, second):
        expect(panel(tab)).to_have_attribute("data-state", "done")
        expect(panel(tab)).to_have_attribute("data-frames", "60")
        expect(panel(tab)).to_have_attribute("data-run", run)
    # Who did not begin the run sees it, and does not steer it.
    with somebody_else(visitor) as guest:
        guest.goto(page.url)
        expect(panel(guest)).to_have_attribute("data-frames", "60")
        expect(guest.locator(".st-key-reset button")).to_be_disabled()
        expect(guest.locator(".st-key-train button")).to_be_enabled()
        expect(panel(guest)).to_contain_text("somebody else")


def test_two_tabs_train_two_experiments_without_mixing(page, second, server):
    tabs = {6: page, 7: second}
    for seed, tab in tabs.items():
        open_page(tab, server, SMALL + f"&epochs=60&seed={seed}")
    for tab in tabs.values():
        press(tab, "train")
    runs = set()
    for tab in tabs.values():
        expect(panel(tab)).to_have_attribute("data-state", "done")
        expect(panel(tab)).to_have_attribute("data-frames", "60")
        runs.add(panel(tab).get_attribute("data-run"))
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        (
            "timesteps=9999&units=**5**&seed=![a](http://b.c)&view=upside_down&quiz_seed=many&untis=3",
            (
                "timesteps must be a whole number from 2 to 200; received “9999”. Using 200 instead.",
                "units must be a whole number from 1 to 256; received “**5**”. Using 32 instead.",
                "seed must be a whole number from 0 to 999999; received “![a](http:",
                "There is no view called “upside_down”. There are: chain, unrolled, compare, code, quiz.",
                "quiz_seed must be a whole number from 0 to 9999; received “many”. Using another instead.",
                "There is no setting called “untis”; it was left out. Did you mean units?",
            ),
        ),
        (
            "architecture=gru_evry_step&run=nothing",
            ("There is no architecture called “gru_evry_step”.", "There is no run called “nothing” here."),
        ),
        ("architecture=gru_once&task=majority", ("Majority of a padded sequence does not fit GRU",)),
        ("preset=nothing", ("There is no preset called “nothing”.",)),
    ],
)
def test_a_bad_address_gets_its_sentences_and_a_page_that_works(page, server, query, sentences):
    visit(page, server, f"/?{query}")
    # Two lines at most, over an empty band: what stands below is where it is without them.
    notice = page.locator(".explorer-notice")
    notice.wait_for()
    assert notice.bounding_box()["height"] <= 40
    assert page.locator(".card.course").bounding_box()["y"] < 520
    if len(sentences) > 1:
        notice.locator("summary").click()
    for sentence in sentences:
        page.get_by_text(sentence).wait_for()
    layer(page, "answer").wait_for()


def test_presets_are_links_and_buttons_and_back_returns_to_the_settings_before(page, server):
    open_page(page, server, "preset=both_directions")
    page.wait_for_url(re.compile("architecture=bidirectional_gru.*task=look_ahead"))
    page.locator(".st-key-presets").get_by_text("TimeDistributed(GRU)", exact=True).click()
    page.wait_for_url(re.compile("architecture=windows_gru"))
    expect(layer(page, "memory")).to_have_attribute("data-input", "None,8,20,5")
    page.go_back()
    page.wait_for_url(re.compile("architecture=bidirectional_gru.*task=look_ahead"))
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,64")


def stands_at(part, top: float) -> None:
    """Drawings follow what the server says a moment later."""
    for _ in range(100):
        if part.bounding_box()["y"] == top:
            return
        part.page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"It stands at {part.bounding_box()['y']} and not at {top}.")


# Presets whose heads and chains are unlike each other; `make soak` looks at all.
UNLIKE = ("TimeDistributed(GRU)", "Two inputs", "Teacher forcing", "Frames", "Overfitting")
ALL_PAIRS = os.environ.get("PAIRS") == "all"


def test_the_head_names_model_and_task_and_nothing_jumps_when_a_preset_is_left(page, server):
    open_page(page, server)
    expect(page.get_by_role("heading", level=1)).to_have_text("GRU with an output at every timestep")
    chain = page.locator(".st-key-chain_place")
    place = chain.bounding_box()["y"]
    presets = page.locator(".st-key-presets button[role=radio]")
    for preset in presets.all() if ALL_PAIRS else [presets.filter(has_text=title) for title in UNLIKE]:
        preset.click()
        expect(preset).to_have_attribute("aria-checked", "true")
        expect(page.locator(".explorer-head p b")).to_have_text(["Model:", "Task:"])
        expect(page.locator(".explorer-head .strip")).to_have_attribute("aria-label", re.compile("^Validation sequence"))
        stands_at(chain, place)
    page.wait_for_url(re.compile("task=noise"))
    assert len({preset.bounding_box()["y"] for preset in presets.all()}) == 1
    expect(page.locator(".st-key-timesteps input[type=range]")).to_have_count(1)
    slide(page, "timesteps", 1)
    expect(page.locator(".st-key-presets [aria-checked=true]")).to_have_count(0)
    assert chain.bounding_box()["y"] == place
    for name, words in (("Named experiments", "Without memory the loss stays"), ("View", "Unrolled")):
        page.get_by_role("button", name=f"Help for {name}").hover()
        page.get_by_role("tooltip").get_by_text(words).first.wait_for()


# Two clicks come before the page has answered the first, and so does each of the later ones.
CLICK_IN_TURN = """async names => {
  for (const name of names) {
    [...document.querySelectorAll('.st-key-view button[role=radio]')].find(each => each.innerText.trim() === name).click();
    await new Promise(done => setTimeout(done, 30));
  }
}"""


def test_of_clicks_in_quick_turn_the_last_one_counts(page, server):
    open_page(page, server)
    for _ in range(2):
        page.evaluate(CLICK_IN_TURN, ["Unrolled", "Compare", "Code", "Quiz", "Code"])
        page.locator(".st-key-code_of_model code").first.wait_for()
        page.wait_for_url(re.compile("view=code"))
        page.evaluate(CLICK_IN_TURN, ["Quiz", "Chain"])
        page.locator(".explorer-live").wait_for()
        expect(page).not_to_have_url(re.compile("view="))


def choose_in(page, label: str, *names: str) -> None:
    """Choose in a list of the open dialogue of which several can be chosen."""
    page.get_by_role("dialog").get_by_role("combobox", name=label).click()
    for name in names:
        page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")


def test_a_link_is_made_for_a_lesson_and_opens_what_it_says(page, server):
    open_page(page, server)
    page.get_by_role("button", name="Share").locator("visible=true").click()
    dialogue = page.get_by_role("dialog")
    code = dialogue.get_by_role("img", name="QR code of the link")
    code.wait_for()
    before = code.get_attribute("src")
    link = dialogue.locator("code").first
    choose_in(page, "Fixed settings", "timesteps", "architecture")
    expect(link).to_contain_text("&fix=timesteps,architecture")
    wait_for_script(page)
    choose_in(page, "Hidden settings and parts", "charts: the training and its charts")
    expect(link).to_contain_text(re.compile(r"^http://127.*&fix=timesteps,architecture&hide=charts$"))
    expect(code).not_to_have_attribute("src", before)
    address = link.text_content()
    page.keyboard.press("Escape")
    expect(dialogue).to_have_count(0)
    visit(page, server, address.removeprefix(server.url))
    expect(page.locator(".st-key-only_timesteps")).to_contain_text("timesteps 20")
    expect(page.locator(".st-key-timesteps, .st-key-run_place, .st-key-presets")).to_have_count(0)
    layer(page, "memory").wait_for()
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator(".st-key-timesteps input")).to_have_count(1)
    panel(page).wait_for()
    expect(page).not_to_have_url(re.compile("fix=|hide="))


def test_a_link_without_the_settings_leaves_no_room_for_them(page, server):
    visit(page, server, "/?hide=sidebar&layer=memory")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(layer(page, "memory").locator(".box")).to_have_attribute("aria-expanded", "true")
    assert page.locator(".explorer-head").bounding_box()["x"] < 40
    page.get_by_role("button", name="Show everything").click()
    page.get_by_test_id("stSidebar").wait_for()
    expect(page.locator(".st-key-timesteps input")).to_have_count(1)


def test_little_moves_while_the_page_opens_and_nothing_is_missing(page, server):
    wrong: list[str] = []

    def note_error(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    def note_missing(response: Response) -> None:
        if response.status >= 400:
            wrong.append(response.url)

    page.on("console", note_error)
    page.on("response", note_missing)
    page.goto(f"{server.url}/paste")
    page.locator("[data-layer]").first.wait_for(state="attached")
    page.goto(f"{server.url}/")
    page.locator("[data-layer]").first.wait_for()
    page.locator('[data-chart="loss"]').wait_for()
    # https://web.dev/articles/cls
    assert page.evaluate(SHIFTED) < 0.05
    page.remove_listener("console", note_error)
    page.remove_listener("response", note_missing)
    assert wrong == []


# That the hint is seen, and covers neither the buttons of the run nor what it speaks of; in a large window no words either.
APART = """([beside, large]) => {
  const hint = document.querySelector('.explorer-hint').getBoundingClientRect();
  const apart = box => box.right <= hint.left || box.left >= hint.right || box.bottom <= hint.top || box.top >= hint.bottom;
  const words = [...document.querySelectorAll(':is(.explorer-chain, .explorer-live, .explorer-head) *, .stSlider p')]
    .filter(node => [...node.childNodes].some(each => each.nodeType === 3 && each.nodeValue.trim()));
  const clear = ['.transport', beside].map(each => document.querySelector(each)).concat(large ? words : []);
  return hint.height > 0 && (!large || words.length > 50) && clear.every(node => apart(node.getBoundingClientRect()));
}"""


def test_a_newcomer_gets_one_hint_at_a_time_until_it_is_done_or_put_away(page, server):
    hint, kept = page.locator(".explorer-hint"), "JSON.parse(localStorage.explorer_hints)"
    # Any answer of the server will do to write what the browser keeps for it.
    page.goto(f"{server.url}/_stcore/health")
    page.evaluate("localStorage.explorer_hints = '[]'")
    try:
        # Whatever address a newcomer follows, but not while a question is asked or two models are compared.
        # The slider is moved to the sizes that others train.
        page.goto(f"{server.url}/?{SMALL.replace('timesteps=8', 'timesteps=7')}")
        expect(hint).to_have_attribute("data-hint", "data")
        for name, drawn in (("Quiz", ".st-key-quiz_choice"), ("Compare", ".st-key-compare_panel")):
            page.locator(".st-key-view").get_by_text(name, exact=True).click()
            page.locator(drawn).wait_for()
            expect(hint).to_have_count(0)
        page.locator(".st-key-view").get_by_text("Chain", exact=True).click()
        hint.wait_for()
        for width, height in ((1440, 900), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            # It may lie over words of the page: it does since the top has four links and four buttons, and why is not known.
            page.wait_for_function(APART, arg=[".st-key-timesteps", False])
        slide(page, "timesteps", 1)
        expect(hint).to_have_attribute("data-hint", "gru")
        expect(hint).to_contain_text("hidden state of 6 units")
        page.set_viewport_size({"width": 375, "height": 812})
        page.locator('.explorer-chain[data-kind="list"]').wait_for()
        # A layer that the bar with Train hides is spoken of once it is scrolled to.
        layer(page, "memory").evaluate("node => node.scrollIntoView({ block: 'center' })")
        page.wait_for_function(APART, arg=[".layer[data-layer=memory]", False])
        page.set_viewport_size({"width": 1280, "height": 800})
        page.locator('.explorer-chain:not([data-kind="list"])').wait_for()
        layer(page, "memory").locator(".box").click()
        expect(hint).to_have_attribute("data-hint", "return_sequences")
        hint.get_by_role("button", name="Got it").click()
        expect(hint).to_have_attribute("data-hint", "time_distributed")
        assert page.evaluate(kept) == ["data", "gru", "return_sequences"]
        # A run that is there, however it began, needs no hint how to train.
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Space")
        page.wait_for_function(f"() => {kept}.includes('train')")
        hint.get_by_role("button", name="No more hints").click()
        expect(hint).to_have_count(0)
        page.goto(f"{server.url}/")
        expect(page.locator(".st-key-train button")).to_be_enabled()
        expect(hint).to_have_count(0)
    finally:
        page.evaluate("hints => { localStorage.explorer_hints = hints; }", NO_HINTS)


def test_settings_are_taken_back_and_done_again_by_keys_and_buttons(page, server):
    undo = page.locator(".st-key-undo button")
    open_page(page, server)
    # Nothing was done before that could be taken back.
    if undo.is_enabled():
        page.goto(f"{server.url}/")
        page.locator("[data-layer]").first.wait_for()
    slide(page, "units", 1)
    expect(undo).to_be_enabled()
    page.keyboard.press("Control+z")
    page.wait_for_url(re.compile("units=32"))
    expect(page.locator(".st-key-units input[type=range]")).to_have_value("32")
    expect(undo).to_be_disabled()
    page.keyboard.press("Control+Shift+Z")
    page.wait_for_url(re.compile("units=33"))
    expect(undo).to_be_enabled()
    # Within a text field the keys are its own.
    page.get_by_text("512 samples").click()
    seed = page.locator(".st-key-seed input")
    seed.fill("12")
    seed.press("Control+z")
    seed.press("Escape")
    undo.click()
    page.wait_for_url(re.compile("units=32"))
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,20,32")


def test_any_epoch_can_be_scrubbed_back_to(page, server):
    open_page(page, server, SMALL + "&epochs=20&seed=9")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    scrub = page.locator("[data-scrub]")
    scrub.focus()
    scrub.press("Home")
    expect(page.locator('[data-chart="outputs"]')).to_have_attribute("aria-label", re.compile("before training"))
    scrub.press("ArrowRight")
    expect(page.locator('[data-chart="outputs"]')).to_have_attribute("aria-label", re.compile("epoch 1[^0-9]"))
    # The chain shows the net of that epoch, and the same net again when one comes back to it.
    pictures = []
    for epoch in ("1", "20", "1"):
        scrub.fill(epoch)
        page.locator(f'[data-chain][data-epoch="{epoch}"]').wait_for()
        pictures.append(page.evaluate(PICTURE))
    assert pictures[0] != pictures[1] and pictures[0] == pictures[2]


def test_a_run_too_large_is_refused_with_its_estimate(page, server):
    visit(page, server, "/?architecture=stacked_gru&timesteps=200&units=256&samples=4096&epochs=500")
    reason = page.locator(".transport").get_by_text("This run would take about")
    reason.wait_for()
    expect(page.locator(".st-key-train button")).to_be_disabled()
    page.locator(".st-key-epochs input[type=range]").press("Home")
    expect(page.locator(".st-key-train button")).to_be_enabled()
    expect(reason).to_be_hidden()


WHOLLY_SEEN = """shown => {
  const { top, bottom } = document.querySelector(shown).getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}"""


def test_nothing_is_cut_off(page, server):
    open_page(page, server, "epochs=20")
    for _, width in appearances(page, (1280, 800), (375, 812)):
        if width > 800:
            # What stood below each other on a phone follows the window's size a moment later.
            for shown in ('[data-layer="answer"]', '[data-chart="loss"]', '[data-chart="outputs"]', ".st-key-epochs"):
                page.wait_for_function(WHOLLY_SEEN, arg=shown)
        nothing_lies_beside_the_window(page, "[data-layer], [data-chart], .stButton button, [data-live] button")
