"""What is taken home from the page is read back, and settings that are dropped on it are opened."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import struct
import zipfile
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.application import Application
from tests.browser.conftest import PATIENCE
from tests.browser.test_page import SMALL, panel, press
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

SETTINGS = f"architecture=gru_every_step&task=delayed_echo&{SMALL}&epochs=3&seed=4"
OF_A_RUN = ("losses", "outputs", "model")
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  const main = document.querySelector('[data-testid=stMain]');
  main.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
  const shown = getComputedStyle(document.body, '::after').content;
  main.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  return shown;
}"""


def open_code(page: Page, server: Application) -> None:
    visit(page, server, f"/?{SETTINGS}&view=code")
    page.locator(".st-key-code_of_model code").first.wait_for()
    expect(page.locator(".st-key-train button")).to_be_enabled()
    # What an address was told before is gone with it.
    expect(page.locator(".st-key-notice").filter(has_text="opened")).to_have_count(0)


def taker(page: Page, name: str) -> Locator:
    """A button of the row; Streamlit has a second one of each, for a phone, which is hidden."""
    return page.locator(f".st-key-take_{name} button").locator("visible=true")


def taken(page: Page, name: str) -> tuple[str, bytes]:
    """Press a button: the name of the file that comes, and what is in it."""
    with page.expect_download() as download:
        taker(page, name).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def drop(page: Page, name: str, text: str) -> None:
    assert "Drop an experiment" in page.evaluate(DROP, [name, text])
    expect(page.locator(".st-key-notice")).to_contain_text(f"“{name}”")


def test_lines_of_the_code_and_layers_of_the_chain_show_each_other(page, server):
    open_code(page, server)
    line = page.locator(".explorer-listing .line").filter(has_text='name="answer"')
    line.hover()
    page.locator('.layer[data-layer="answer"][data-lit]').wait_for()
    expect(page.locator(".layer[data-lit]")).to_have_count(1)
    page.get_by_role("button", name=re.compile("makes the layer memory$")).focus()
    page.locator('.layer[data-layer="memory"][data-lit]').wait_for()
    page.locator('.layer[data-layer="answer"] .box').hover()
    expect(line).to_have_attribute("data-lit", "")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()


def test_every_button_brings_its_file_and_settings_come_back_by_dropping_them(page, server):
    open_code(page, server)
    for name in OF_A_RUN:
        expect(taker(page, name)).to_be_disabled()
    name, script = taken(page, "script")
    assert name == "gru_every_step-delayed_echo.py"
    compile(script, name, "exec")
    assert b"units = 6\n" in script
    name, notebook = taken(page, "notebook")
    assert name == "gru_every_step-delayed_echo.ipynb"
    assert any("units = 6" in "".join(cell["source"]) for cell in json.loads(notebook)["cells"])
    name, settings = taken(page, "settings")
    assert name == "gru_every_step-delayed_echo.json"

    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    for each in OF_A_RUN:
        expect(taker(page, each)).to_be_enabled()
    losses = list(csv.DictReader(io.StringIO(taken(page, "losses")[1].decode())))
    assert [row["epoch"] for row in losses] == ["1", "2", "3"] and all(float(row["loss"]) > 0 for row in losses)
    outputs = list(csv.DictReader(io.StringIO(taken(page, "outputs")[1].decode())))
    assert len(outputs) == 3 * 8 * 8
    name, figure = taken(page, "figure")
    words = [each.text for each in ElementTree.fromstring(figure).iter("{http://www.w3.org/2000/svg}text")]
    assert name == "gru_every_step-delayed_echo.svg" and {"GRU(6)", "Loss"} < set(words)
    name, picture = taken(page, "png")
    size = [float(ElementTree.fromstring(figure).get(side)) for side in ("width", "height")]
    assert name == "gru_every_step-delayed_echo.png" and picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert list(struct.unpack(">II", picture[16:24])) == [2 * math.floor(side) for side in size]
    with zipfile.ZipFile(io.BytesIO(taken(page, "model")[1])) as archive:
        assert archive.read("model.keras").startswith(b"PK")
        assert archive.read("experiment.json") == settings
        assert "after epoch 3" in archive.read("README.txt").decode()

    visit(page, server, "/?architecture=gru_once")
    drop(page, "mine.json", settings.decode())
    page.wait_for_url(re.compile("architecture=gru_every_step.*units=6.*seed=4"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("wrong.json", '{"architecture": "gru_once", "unitz": 3}', "Did you mean units?"),
        ("model.keras", "PK\x03\x04" + "\0" * 19_000, "an archive"),
        ("<b>long</b>.json", " " * 60_000, "it has 60,000 characters, and at most 20,000 are read"),
    ],
)
def test_a_file_that_is_no_experiment_is_refused_and_changes_nothing(page, server, name, text, said):
    open_code(page, server)
    drop(page, name, text)
    expect(page.locator(".st-key-notice")).to_contain_text(said)
    page.wait_for_url(re.compile("architecture=gru_every_step.*units=6"))


def test_a_file_is_chosen_with_a_button_too_and_the_row_fits_every_window(page, server):
    open_code(page, server)
    with page.expect_file_chooser() as chooser:
        page.locator(".st-key-open_experiment button").locator("visible=true").click()
    content = b'{"architecture": "gru_once", "units": 11}'
    chooser.value.set_files({"name": "chosen.json", "mimeType": "application/json", "buffer": content})
    page.wait_for_url(re.compile("architecture=gru_once.*units=11"))
    for _ in appearances(page, (375, 812), (1280, 800)):
        nothing_lies_beside_the_window(page, ".st-key-take_home button")
