"""What a person does on the page "Paste", in a real browser, with real workers behind it."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, Request, expect

from bench.application import Application
from tests.browser.conftest import PATIENCE
from tests.browser.overlap import overlapping
from tests.browser.test_page import layer, open_page, panel, press, slide, wait_for_epoch, wait_for_script
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

HOSTILE = """\
# <img src=x onerror="window.acted = 1"> **bold** [link](http://example.com) :red[x] $x$
import keras
name = "<script>window.acted = 2</script>"
model = keras.Sequential([keras.Input((20, 5)), keras.layers.LSTM(8), keras.layers.LSTM(4)])  # {long}
""".replace("{long}", "long " * 60)


MINE = "import keras\nmodel = keras.Sequential([keras.Input((6, 2)), keras.layers.LSTM(17)])"


def open_paste(page: Page, server: Application, query: str = "") -> None:
    visit(page, server, f"/paste?{query}")
    # Another page's chain may still be there, and the code that the page opens with comes to the editor at the end.
    editor(page).wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.locator("[data-layer]").first.wait_for(state="attached")


def editor(page: Page) -> Locator:
    return page.locator("[data-editor] textarea")


def row(page: Page, line: int) -> Locator:
    return page.locator(f'[data-editor] .row[data-line="{line}"]')


def paste(page: Page, code: str) -> None:
    """It is checked after a short rest."""
    editor(page).fill(code)


def go_to(page: Page, name: str) -> None:
    """Take the way between the pages: in the header, or on a phone above the page."""
    phone = page.viewport_size["width"] <= 768
    links = page.locator(".st-key-pages") if phone else page.locator("header")
    links.get_by_role("link", name=name, exact=True).click()


LINE_OF_CURSOR = "area => area.value.slice(0, area.selectionStart).split('\\n').length"
BOXES = ".explorer-code, .explorer-chain, .explorer-editor, .explorer-editor .box, .stButton button, input:not([type=file])"


def test_states_are_wired_into_the_decoder_and_an_output_that_nothing_uses_is_grey(page, server):
    open_paste(page, server, "example=decoder_states_mended")
    decoder = layer(page, "lstm_1")
    expect(decoder.locator(".port")).to_have_text(["sequence", "initial state h", "initial state c"])
    expect(page.locator(".explorer-chain .shape[data-unused]")).to_have_count(1)
    expect(page.locator(".explorer-chain .shape[data-unused]")).to_contain_text("output, unused")
    # At each of the three names a wire of its own ends.
    page.wait_for_function("""() => {
      const right = (path) => path.getPointAtLength(path.getTotalLength());
      const stage = document.querySelector(".explorer-chain .stage").getBoundingClientRect();
      const ports = [...document.querySelectorAll("[data-layer=lstm_1] .port")];
      return ports.length === 3 && ports.every((port) => {
        const [box, place] = [port.closest(".box").getBoundingClientRect(), port.getBoundingClientRect()];
        const y = place.top + place.height / 2 - stage.top;
        return [...document.querySelectorAll(".explorer-chain .wire")].filter((path) => {
          const end = right(path);
          return Math.abs(end.y - y) < 2 && Math.abs(end.x - (box.left - stage.left)) < 4;
        }).length === 1;
      });
    }""")
    # States are drawn with their own numbers: without any, a tensor has a pattern of two shades.
    shades = page.locator(".explorer-chain .tensor .grid").evaluate_all(
        "grids => grids.map(grid => grid.querySelectorAll('path:not(.ground, [d=\"\"])').length)"
    )
    assert len(shades) == 10 and min(shades) > 2
    assert overlapping(page) == []
    # Escape puts the meaning of a word away, and leaves the layer open.
    decoder.locator(".box").click()
    word, meaning = page.locator(".why [data-meaning]").first, "each => getComputedStyle(each, '::after').content"
    word.focus()
    assert word.get_attribute("data-meaning")[:20] in word.evaluate(meaning)
    page.keyboard.press("Escape")
    assert word.evaluate(meaning) == "none"
    page.locator('.why[data-why="lstm_1"]').wait_for()


SCRIPT = '''\
"""Tomorrow's water level of a river, from the last 24 hours."""
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.preprocessing import MinMaxScaler
from keras import callbacks
from keras.layers import LSTM, Dense, Input
from keras.models import Sequential

SEED = 7
EPOCHS = 20
BATCH = 32
np.random.seed(SEED)


def load(path):
    """Hourly levels of all gauges, without gaps."""
    frame = pd.read_csv(path, index_col=0, parse_dates=True)
    frame = frame.interpolate().dropna()
    print(frame.describe())
    return frame


df = load("river_levels.csv")
scaler = MinMaxScaler()
data = scaler.fit_transform(df)

window = 24
n_features = data.shape[1]


def windows(values, length):
    X, y = [], []
    for i in range(len(values) - length):
        X.append(values[i:i + length])
        y.append(values[i + length, :1])
    return np.array(X), np.array(y)


X, y = windows(data, window)
split = int(0.8 * len(X))
X_train, X_test = X[:split], X[split:]
y_train, y_test = y[:split], y[split:]
print(X_train.shape, y_train.shape)

model = Sequential()
model.add(Input((window, n_features)))
model.add(LSTM(16))
model.add(LSTM(8))
model.add(Dense(1))
model.compile(optimizer="adam", loss="mse")
model.summary()

early = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
history = model.fit(
    X_train,
    y_train,
    epochs=EPOCHS,
    batch_size=BATCH,
    validation_data=(X_test, y_test),
    callbacks=[early],
)

predicted = model.predict(X_test)
print("mean error", mean_absolute_error(y_test, predicted))

os.makedirs("out", exist_ok=True)
plt.figure(figsize=(8, 3))
plt.plot(history.history["loss"], label="training")
plt.plot(history.history["val_loss"], label="validation")
plt.legend()
plt.savefig("out/loss.png")
plt.figure(figsize=(8, 3))
plt.plot(y_test[:200], label="measured")
plt.plot(predicted[:200], label="predicted")
plt.legend()
plt.savefig("out/levels.png")
model.save("out/model.keras")
'''
LINES = SCRIPT.split("\n")


def line_of(text: str) -> int:
    return LINES.index(text) + 1


def test_a_script_is_pasted_asks_for_a_number_is_drawn_mended_and_trained(page, server):
    open_paste(page, server, "example=article_2")
    page.get_by_text("No problems found.").wait_for()
    paste(page, SCRIPT)
    asked = page.locator("[data-ask=n_features]")
    asked.wait_for()
    # Beside its line.
    ends = [
        each.evaluate("node => node.getBoundingClientRect().top")
        for each in (asked, row(page, line_of("n_features = data.shape[1]")))
    ]
    assert abs(ends[0] - ends[1]) < 8
    page.locator("[data-editor] .row[data-kind=skipped]").first.wait_for(state="attached")
    expect(page.locator("[data-editor] .told")).to_contain_text("not followed")
    asked.fill("5")

    broken = line_of("model.add(LSTM(8))")
    expect(layer(page, "lstm_1")).to_have_attribute("data-broken", "")
    expect(layer(page, "lstm")).to_have_attribute("data-output", "None,16")
    problem = page.locator("[data-problem]")
    expect(problem).to_have_attribute("data-line", str(broken))
    expect(problem).to_have_attribute("data-kind", "time_axis_missing")
    expect(page.locator(".st-key-keras_0")).to_contain_text("expected ndim=3, found ndim=2")

    # The sentence stands below its line, and what is clicked or selected above and below it is what is seen there.
    expect(problem).to_contain_text("lstm returned only the last hidden state")
    row(page, broken).evaluate("each => each.scrollIntoView({block: 'center'})")
    places = [row(page, line).locator("code").bounding_box() for line in (broken - 1, broken + 1)]
    assert places[1]["y"] - places[0]["y"] > 3 * places[0]["height"]
    for place, line in zip(places, (broken - 1, broken + 1), strict=True):
        page.mouse.click(place["x"] + 1, place["y"] + 8)
        assert editor(page).evaluate(LINE_OF_CURSOR) == line
    page.mouse.move(places[0]["x"] + 1, places[0]["y"] + 8)
    page.mouse.down()
    page.mouse.move(places[1]["x"] + 1, places[1]["y"] + 8)
    page.mouse.up()
    selected = "\n".join(SCRIPT.splitlines()[broken - 2 : broken]) + "\n"
    assert editor(page).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == selected
    assert page.evaluate("() => [...CSS.highlights.values()].map((each) => each.size)") == [2]

    # The fix is tried while it is read, on a line that is there from the start.
    expect(page.locator(".st-key-trial_0_0")).to_contain_text("Tried: one step of your own fit runs.")
    expect(page.locator(".st-key-apply_0_0 button")).to_be_enabled()

    # Lines and layers are linked both ways.
    layer(page, "lstm").hover()
    expect(row(page, broken - 1)).to_have_attribute("data-lit", "")
    page.mouse.move(0, 0)
    expect(page.locator("[data-editor] [data-lit]")).to_have_count(0)
    editor(page).focus()
    editor(page).evaluate("(area, place) => area.setSelectionRange(place, place)", SCRIPT.index("LSTM(16)"))
    expect(layer(page, "lstm")).to_have_attribute("data-lit", "")

    press(page, "apply_0_0")
    page.get_by_text("No problems found.").wait_for()
    expect(page.locator("[data-broken], [data-problem]")).to_have_count(0)
    expect(layer(page, "dense")).to_have_attribute("data-output", "None,1")
    expect(editor(page)).to_have_value(re.compile("return_sequences=True"))

    few = page.locator(".st-key-epochs input[type=range]")
    few.press("Home")
    few.press("ArrowRight")
    expect(panel(page)).to_contain_text("of 2")
    expect(page.locator(".st-key-train button")).to_be_enabled()
    press(page, "train")
    wait_for_epoch(page, 2)
    expect(panel(page)).to_have_attribute("data-state", "done")
    expect(panel(page)).to_have_attribute("data-frames", "2")
    page.wait_for_url(re.compile(r"/paste\?run="))

    page.reload()
    expect(panel(page)).to_have_attribute("data-state", "done")
    expect(editor(page)).to_have_value(re.compile("return_sequences=True"))
    expect(page.locator("[data-ask=n_features]")).to_have_value("5")


def test_a_long_chain_draws_a_block_once_is_zoomed_and_dragged(page, server):
    open_paste(page, server)
    block = "layers.GRU(8, return_sequences=True), layers.LayerNormalization(), "
    layers = f"[keras.Input((20, 8)), {block * 6}layers.Dense(1)]"
    paste(page, f"import keras\nfrom keras import layers\nmodel = keras.Sequential({layers})")
    frame, boxes = page.locator(".explorer-chain .block"), page.locator(".explorer-chain .layer")
    expect(frame).to_contain_text("× 6")
    expect(boxes).to_have_count(3)
    assert overlapping(page) == []
    frame.get_by_role("button", name="Show all").click()
    expect(boxes).to_have_count(13)
    frame.get_by_role("button", name="Fold").wait_for()
    scroll, stage = page.locator(".explorer-chain .scroll"), page.locator(".explorer-chain .stage")
    more = page.locator(".explorer-chain .more")
    expect(more).to_have_text(re.compile(r"^\d+ more layers →$"))
    before, whole = more.inner_text(), stage.bounding_box()
    # By its ground, not by a box.
    page.mouse.move(whole["x"] + 500, whole["y"] + whole["height"] - 4)
    page.mouse.down()
    page.mouse.move(whole["x"] + 100, whole["y"] + whole["height"] - 4)
    page.mouse.up()
    assert scroll.evaluate("each => each.scrollLeft") == 400
    expect(more).not_to_have_text(before)
    page.get_by_role("button", name="Smaller").click()
    assert stage.bounding_box()["width"] < whole["width"] * 0.9
    page.get_by_role("button", name="Fit").click()
    assert stage.bounding_box()["width"] <= scroll.bounding_box()["width"] + 1
    expect(more).to_be_hidden()
    frame.get_by_role("button", name="Fold").click()
    expect(boxes).to_have_count(3)


def test_a_file_is_dropped_and_what_is_typed_is_never_lost(page, server):
    open_paste(page, server, "example=memory_thrown_away")
    # What is somebody's own a click brings back, also after an example, a file and what is typed in that.
    paste(page, MINE)
    expect(layer(page, "lstm")).to_have_attribute("data-output", "None,17")
    open_paste(page, server, "example=memory_thrown_away")
    expect(editor(page)).to_have_value(re.compile(r"layers\.LSTM\(16\)"))
    cells = [
        {"cell_type": "markdown", "source": ["# Rain"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import keras"], "outputs": [{"data": "x" * 300_000}]},
        {"cell_type": "code", "source": "model = keras.Sequential([keras.Input((4, 2)), keras.layers.GRU(3)])"},
    ]
    drop(page, "rain.ipynb", json.dumps({"cells": cells}))
    expect(layer(page, "gru")).to_have_attribute("data-output", "None,3")
    expect(editor(page)).to_have_value(re.compile(r"^# %% cell 1\n%matplotlib inline\nimport keras\n# %% cell 2\nmodel = "))
    drop(page, "broken.ipynb", "{")
    page.get_by_text("This notebook cannot be read").wait_for()
    expect(editor(page)).to_have_value(re.compile(r"GRU\(3\)"))
    # While somebody types, checks come and go; each answer finds the text where it is.
    editor(page).press("Control+End")
    for letter in "# typed while it is checked":
        editor(page).press_sequentially(letter, delay=40)
    expect(page.get_by_text("This notebook cannot be read")).to_have_count(0)
    expect(editor(page)).to_have_value(re.compile("# typed while it is checked$"))
    press(page, "undo")
    expect(editor(page)).to_have_value(MINE)
    press(page, "undo")
    expect(editor(page)).to_have_value(re.compile("# typed while it is checked$"))


def drop(page: Page, name: str, text: str) -> None:
    page.evaluate(
        """([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name));
          const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
          document.querySelector('[data-editor] textarea').dispatchEvent(drop);
        }""",
        [name, text],
    )


def test_what_keras_does_not_say_is_said(page, server):
    open_paste(page, server, "example=answer_at_every_step")
    expect(page.locator(".st-key-keras_0")).to_contain_text("No error: the model trains, but it is wrong.")
    # All of it is built: the layer is marked, and none is missing.
    expect(page.locator("[data-layer][data-marked]")).to_have_count(1)
    expect(page.locator("[data-broken]")).to_have_count(0)


def test_code_that_holds_has_a_comparison_and_a_quiz(page, server):
    open_paste(page, server, "example=article_2")
    page.get_by_text("No problems found.").wait_for()
    page.get_by_text("Compare", exact=True).click()
    page.locator(".st-key-chain_compared [data-layer], .st-key-compare_keras").first.wait_for()
    page.get_by_text("Quiz", exact=True).click()
    expect(page.locator(".st-key-quiz_panel")).to_contain_text("1 of ")
    expect(layer(page, "gru")).to_have_attribute("data-output", "?")
    expect(page.locator(".st-key-train")).to_have_count(0)
    page.locator(".st-key-quiz_choice input").first.focus()
    page.keyboard.press("Space")
    answer = page.locator(".st-key-quiz_answer button")
    answer.click()
    expect(answer).to_have_text("Next question")
    # The second click of a double click comes when the button already goes on.
    answer.dispatch_event("click", {"detail": 2})
    answer.click()
    expect(page.locator(".st-key-quiz_panel")).to_contain_text("2 of ")
    page.get_by_text("Unrolled", exact=True).click()
    page.locator("svg.unrolled-drawing").wait_for()


def test_both_forms_of_an_example_open_and_are_links(page, server):
    open_paste(page, server, "example=channels_first")
    page.get_by_text("Fixed", exact=True).click()
    page.wait_for_url(re.compile("example=channels_first_mended"))
    page.get_by_text("No problems found.").wait_for()
    page.go_back()
    expect(editor(page)).to_have_value(re.compile(r"shape=\(channels, length\)"))


def test_a_link_holds_pasted_code_and_opens_it_for_somebody_else(page, second, server):
    open_paste(page, server)
    code = 'import keras  # "naïve", 日本\nmodel = keras.Sequential([keras.layers.GRU(7)])\n'
    paste(page, code)
    # The page has taken it: the shapes of the example are gone.
    expect(page.locator(".st-key-x input")).to_have_value("")
    page.locator(".st-key-x input").fill("4,9,3")
    page.locator(".st-key-x input").press("Enter")
    expect(layer(page, "gru")).to_have_attribute("data-output", "None,7")
    page.get_by_role("button", name="Share").locator("visible=true").click()
    link = page.get_by_role("dialog").locator(".stCode code")
    expect(link).to_contain_text("/paste#code=")
    page.get_by_role("img", name="QR code of the link").wait_for()
    address = link.text_content()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    second.on("request", note)
    for open_it in (lambda: second.goto(address), second.reload):
        open_it()
        expect(editor(second)).to_have_value(code)
        expect(second.locator(".st-key-x input")).to_have_value("4,9,3")
        expect(layer(second, "gru")).to_have_attribute("data-output", "None,7")
    # The browser keeps what stands behind the # to itself.
    assert asked and not [url for url in asked if "code=" in url.partition("#")[0]]
    second.remove_listener("request", note)
    second.goto(address[:-9])
    second.get_by_text("It was probably cut short: copy the whole link.").wait_for()


# In how many frames there is the page Paste, and beside it a sidebar in which nothing is.
LOOK_FOR_AN_EMPTY_SIDEBAR = """() => {
  [window.empty, window.looked] = [0, 0];
  const look = () => {
    const sidebar = document.querySelector('[data-testid=stSidebar]');
    if (document.querySelector('.st-key-paste_parts')) window.looked += 1;
    if (document.querySelector('.st-key-paste_parts') && sidebar?.offsetWidth && !sidebar.querySelector('.st-key-top'))
      window.empty += 1;
    requestAnimationFrame(look);
  };
  look();
}"""


def test_the_way_there_and_back_keeps_both_pages(page, server):
    query = "timesteps=11&features=3&units=7"
    open_page(page, server, query)
    go_to(page, "Paste")
    editor(page).wait_for()
    page.wait_for_url(re.compile("/paste"))
    assert "timesteps" not in page.url
    paste(page, "import keras\nmodel = keras.Sequential([keras.Input((4, 2)), keras.layers.GRU(3)])\n")
    expect(layer(page, "gru").and_(page.locator('[data-output="None,3"]'))).to_have_count(1)
    go_to(page, "Explore")
    explore_is_kept(page)
    page.evaluate(LOOK_FOR_AN_EMPTY_SIDEBAR)
    go_to(page, "Paste")
    paste_is_kept(page)
    # Not even while the code is checked, however long that takes.
    page.wait_for_function("() => window.looked > 0")
    assert page.evaluate("window.empty") == 0
    # On a phone the links are others.
    page.set_viewport_size({"width": 375, "height": 812})
    go_to(page, "Explore")
    explore_is_kept(page)
    go_to(page, "Paste")
    paste_is_kept(page)


def explore_is_kept(page: Page) -> None:
    # Streamlit writes the path and the query one after the other.
    page.wait_for_url(re.compile(r"//[^/]+/\?.*timesteps=11.*features=3.*units=7"))
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,11,7")


def paste_is_kept(page: Page) -> None:
    page.wait_for_url(re.compile("/paste"))
    expect(editor(page)).to_have_value(re.compile(r"GRU\(3\)"))
    expect(layer(page, "gru").and_(page.locator('[data-output="None,3"]'))).to_have_count(1)


def test_hostile_text_is_text_and_long_lines_scroll_in_their_box(page, server):
    open_paste(page, server)
    paste(page, HOSTILE)
    expect(row(page, 1)).to_contain_text('<img src=x onerror="window.acted = 1"> **bold** [link](http://example.com)')
    expect(row(page, 3)).to_contain_text("<script>window.acted = 2</script>")
    page.locator(".st-key-fix_0_0 .line").first.wait_for(state="attached")
    assert page.evaluate("window.acted") is None
    assert page.locator(".stMain img[src=x], .stMain a[href*='example.com']").count() == 0
    lines = page.locator("[data-editor] .box")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 812})
        nothing_lies_beside_the_window(page, BOXES)
        assert lines.evaluate("node => node.scrollWidth > node.clientWidth")


def test_nothing_is_cut_off(page, server):
    for name in ("article_3", "decoder_states", "article_1"):
        page.set_viewport_size({"width": 1280, "height": 800})
        open_paste(page, server, f"example={name}")
        expect(page.locator(".st-key-result")).to_contain_text(re.compile("Keras.s error|No problems found"))
        nothing_lies_beside_the_window(page, BOXES)
        page.set_viewport_size({"width": 375, "height": 812})
        nothing_lies_beside_the_window(page, BOXES)
    # The other theme has other colours in the same places.
    for _ in appearances(page, (1280, 800), (375, 812)):
        nothing_lies_beside_the_window(page, BOXES)
    assert len(page.screenshot()) > 10_000


def test_a_fix_is_applied_with_the_keyboard_alone(page, server):
    open_paste(page, server, "example=units_for_timesteps")
    button = page.locator(".st-key-apply_0_0 button")
    expect(button).to_be_enabled()
    page.locator(".st-key-check button").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("node => node === document.activeElement"):
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("No problems found.").wait_for()


def test_settings_of_a_pasted_model_do_not_follow_to_the_other_page(page, server):
    # The page Paste has no settings of its own yet.
    page.goto(f"{server.url}/?epochs=60")
    expect(page.locator(".st-key-train button")).to_be_enabled()
    go_to(page, "Paste")
    page.get_by_text("Fixed", exact=True).click()
    page.get_by_text("No problems found.").wait_for()
    expect(page.locator(".st-key-train button")).to_be_enabled()
    wait_for_script(page)
    thumb = page.locator(".st-key-epochs input[type=range]")
    thumb.focus()
    thumb.press("ArrowRight")
    expect(panel(page)).to_contain_text("of 61")
    go_to(page, "Explore")
    page.wait_for_url(re.compile("epochs=60"))
    slide(page, "epochs", 1)


def test_an_error_is_found_by_the_keyboard_and_its_example_opens_below(page, server):
    open_paste(page, server, "example=article_2")
    box = page.locator(".st-key-error_box")
    # One line, until it is used.
    assert box.bounding_box()["height"] < 44
    box.locator("summary").press("Enter")
    field = page.get_by_label("Error message of Keras")
    field.fill("Input 0 is incompatible with layer lstm_1: expected ndim=3, found ndim=2")
    field.press("Control+Enter")
    expect(page.locator(".st-key-error_found")).to_contain_text("(batch, timesteps, features)")
    nothing_lies_beside_the_window(page, BOXES)
    page.get_by_role("button", name="Example: Two LSTMs in a row").press("Enter")
    page.wait_for_url(re.compile("example=memory_thrown_away"))
    expect(editor(page)).to_have_value(re.compile(r"layers\.LSTM\(32\),\n    layers\.LSTM\(16\)"))
    # It is closed then, and what opened is seen.
    expect(page.locator(".st-key-error_found")).to_have_count(0)
