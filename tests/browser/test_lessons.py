"""Lessons from beginning to end, as a learner takes them: by the list, the answers, the tasks and the buttons alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from playwright.sync_api import Page, expect

from explorer.catalog.examples import EXAMPLES
from explorer.catalog.lessons import LESSONS, Condition, Lesson, Step
from tests.browser.conftest import PATIENCE
from tests.browser.test_layout import view
from tests.browser.test_page import at_speed, layer, panel, press, slide, wait_for_script
from tests.browser.window import visit

expect.set_options(timeout=PATIENCE)

# One that goes over both pages is taken whole, and of two others the steps, first and last, that ask for what it does not.
# What the page's script has of each lesson, `tests/lessons/test_taken.py` goes through without a browser; LESSONS=all takes
# all of them whole here, as `make soak-lessons` does.
WHOLE = [LESSONS[name] for name in (LESSONS if os.environ.get("LESSONS") == "all" else ("reading_errors",))]
PARTS = ((LESSONS["several_inputs"], 2, 4), (LESSONS["encoder_decoder"], 2, 2))
MESSAGE = "Shapes used to initialize variables must be fully-defined"


def stands_at(page: Page, lesson: Lesson, number: int) -> None:
    expect(page.locator(".explorer-lesson small")).to_have_text(f"Step {number} of {len(lesson.steps)}")
    expect(page.locator(".explorer-lesson h1")).to_contain_text(lesson.steps[number - 1].title)
    page.wait_for_url(re.compile(f"lesson={lesson.name}&step={number}(&|$)"))
    wait_for_script(page)
    # Its text is in the window, wherever the page was scrolled in the step before.
    expect(page.locator(".st-key-lesson_body")).to_be_in_viewport(ratio=0.9)


def answer(page: Page, step: Step, rightly: bool) -> None:
    """Answer the question, of the quiz with the first choice; meanwhile nothing on the page tells it."""
    page.locator(".st-key-lesson_body input[type=radio]").first.wait_for(state="attached")
    if step.page == "explore":
        expect(page.locator("[data-live]")).to_have_count(0)
        if step.conceals:
            expect(page.locator(".explorer-chain .layer [aria-expanded]")).to_have_count(0)
    else:
        expect(page.locator(".explorer-chain")).to_have_count(0)
        expect(page.get_by_text(EXAMPLES[step.address["example"]].says)).to_have_count(0)
    place = 0
    if step.prediction:
        place = next(place for place, each in enumerate(step.prediction.answers) if each.right == rightly)
    page.locator(".st-key-lesson_body input[type=radio]").nth(place).press("Space")
    expect(page.locator(".st-key-lesson_answer button")).to_be_enabled()
    wait_for_script(page)
    press(page, "lesson_answer")
    told = page.locator(".st-key-lesson_told")
    expect(told).to_contain_text(re.compile("right", re.I) if step.prediction is None else "Right:" if rightly else "Wrong:")
    wait_for_script(page)


def find_error(page: Page, example: str) -> None:
    page.locator(".st-key-error_box summary").press("Enter")
    page.get_by_label("Error message of Keras").fill(MESSAGE)
    press(page, "error_find")
    example_of_it = page.get_by_role("button", name="Example: TimeDistributed around a GRU").locator("visible=true")
    example_of_it.wait_for()
    wait_for_script(page)
    example_of_it.click()
    page.wait_for_url(re.compile(f"example={example}(&|$)"))


def train(page: Page) -> None:
    expect(page.locator(".st-key-train button")).to_be_enabled()
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-run", re.compile("."))
    at_speed(page, "max")


def do(page: Page, asked: Condition) -> None:
    """What a step asks for, as its words say it."""
    ways: dict[str, Callable[[], None]] = {
        "opened": lambda: layer(page, asked.name).locator(".box").click(),
        "view": lambda: view(page, asked.value.capitalize()),
        "moved": lambda: slide(page, asked.name, 1),
        "epoch": lambda: train(page),
        "below": lambda: train(page),
        "code": lambda: press(page, "apply_0_0"),
        "example": lambda: find_error(page, asked.value),
    }
    ways[asked.kind]()


def kinds(steps: Iterable[Step]) -> set[str]:
    return {step.condition.kind for step in steps if step.condition}


def take(page: Page, lesson: Lesson, first: int, last: int) -> None:
    """The steps of a lesson that is open at the first of them; every third question is answered wrongly."""
    for number in range(first, last + 1):
        step = lesson.steps[number - 1]
        stands_at(page, lesson, number)
        if step.prediction or step.quiz:
            expect(page.locator(".st-key-lesson_next button")).to_be_disabled()
            answer(page, step, rightly=number % 3 > 0)
        if step.condition:
            expect(page.locator(".st-key-lesson_next button")).to_be_disabled()
            do(page, step.condition)
            expect(page.locator(".st-key-lesson_task")).to_contain_text("Done:")
        expect(page.locator(".st-key-lesson_next button")).to_be_enabled()
        wait_for_script(page)
        press(page, "lesson_next")


def test_a_lesson_is_taken_from_beginning_to_end_and_a_step_of_every_kind(page, server):
    taken = [step for lesson in WHOLE for step in lesson.steps]
    taken += [step for lesson, first, last in PARTS for step in lesson.steps[first - 1 : last]]
    assert kinds(taken) == kinds(step for lesson in LESSONS.values() for step in lesson.steps)
    # Where other tests have been is no place to go on from.
    visit(page, server, "/?view=code")
    page.evaluate("localStorage.removeItem('explorer_lessons')")
    visit(page, server, "/lessons")
    for lesson in WHOLE:
        card = page.locator(f'[data-lesson="{lesson.name}"]')
        card.get_by_role("link").click()
        take(page, lesson, 1, len(lesson.steps))
        expect(card).to_have_attribute("data-done", "true")
        wait_for_script(page)
    for lesson, first, last in PARTS:
        visit(page, server, f"/?lesson={lesson.name}&step={first}")
        take(page, lesson, first, last)
        stands_at(page, lesson, last + 1)


def test_a_place_is_kept_and_a_lesson_that_is_left_is_gone(page, server):
    lesson = next(iter(LESSONS.values()))
    visit(page, server, f"/?lesson={lesson.name}&step=2")
    stands_at(page, lesson, 2)
    # What keeps the place tells it, too.
    expect(page.locator(".explorer-lesson-told")).to_have_text(f"Step 2 of {len(lesson.steps)}: {lesson.steps[1].title}.")
    page.get_by_role("link", name="Lessons").locator("visible=true").first.click()
    card = page.locator(f'[data-lesson="{lesson.name}"]')
    card.wait_for()
    # Whoever was at its end once can begin again.
    done = card.get_attribute("data-done") == "true"
    expect(card).to_contain_text("Done" if done else "You were at step 2")
    card.get_by_role("link").click()
    stands_at(page, lesson, 1 if done else 2)
    page.reload()
    stands_at(page, lesson, 1 if done else 2)
    press(page, "lesson_leave")
    page.locator(".explorer-head").wait_for()
    expect(page).not_to_have_url(re.compile("lesson=|step=|hide="))
    visit(page, server, "/paste?lesson=reading_error&step=2")
    page.get_by_text("Did you mean reading_errors?").wait_for()


def test_the_list_opens_the_lesson_that_its_address_names_or_says_what_there_is(page, server):
    told = page.locator(".stAlert")
    visit(page, server, "/lessons?lesson=nothing&step=3&units=9")
    expect(told).to_have_count(2)
    expect(told.first).to_contain_text("There is no lesson called “nothing”. There are: axes, units")
    expect(told.last).to_contain_text("The address of this page can have lesson and step; “units” was ignored.")
    page.wait_for_url(re.compile("/lessons$"))
    page.goto(f"{server.url}/lessons?lesson=memory&step=99")
    stands_at(page, LESSONS["memory"], len(LESSONS["memory"].steps))
    expect(page.locator(".explorer-notice")).to_contain_text("received “99”")
    # By the browser's "back" the same address is the list, and does not lead on to the lesson again.
    visit(page, server, "/lessons?lesson=memory&step=99")
    page.locator('[data-lesson="memory"]').wait_for()
    expect(told).to_have_count(0)


def test_an_error_message_leads_to_the_lesson_about_it(page, server):
    visit(page, server, "/paste?example=labels")
    box = page.locator(".st-key-error_box summary")
    wait_for_script(page)
    box.press("Enter")
    page.get_by_label("Error message of Keras").fill("ValueError: expected ndim=3, found ndim=2")
    press(page, "error_find")
    page.get_by_role("button", name="Lesson: Reading Keras's errors").locator("visible=true").first.click()
    stands_at(page, LESSONS["reading_errors"], 1)
