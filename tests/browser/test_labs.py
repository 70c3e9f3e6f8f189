"""Every lab in a real browser: each control is reached, moved and seen to matter."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from browser.opened import OpenNotebook
from browser.played import PlayedLab
from machine import needs_chromium

pytestmark = needs_chromium

COURSE = Path(__file__).parents[2] / "course"
LESSONS = sorted(
    path.relative_to(COURSE / "lessons").with_suffix("").as_posix()
    for path in COURSE.glob("lessons/*/*.md")
)
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
# The lab that stands for all where time is short: sliders, a list, Chinese words, a chart of two
# panels and the widest table.
USUAL = ("supply/inventory", "zh")
# To and fro: a control that stands at its end moves all the same.
KEYS = {"slider": ("ArrowRight", "ArrowLeft", "PageUp"), "list": ("ArrowDown", "ArrowUp")}
# A quiet machine takes half a second; more than this is no lab, however busy the machine.
TOO_LONG = 10.0
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("lesson", "lang"),
    [
        pytest.param(*which, id="-".join(which), marks=() if which == USUAL else pytest.mark.stress)
        for which in product(LESSONS, LOCALES)
    ],
)
def test_every_control_moves_what_the_student_sees(lesson, lang, open_lab, new_page, artifacts):
    page = new_page(LOCALES[lang])
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if said.type == "error" else None)
    with PlayedLab(OpenNotebook(page, open_lab("--lang", lang), f"{lesson}.ipynb")) as lab:
        # Whoever has no mouse, or does not see the screen well, finds every control.
        assert lab.reached_by_tab() == list(range(len(lab.controls)))
        assert all(control.labelled for control in lab.controls)
        # Nothing is cut off, on a small screen either.
        assert not {width: cut for width in (1280, 1024) if (cut := lab.cut(width))}

        took = {}
        charts = readouts = 0
        for place, control in enumerate(lab.controls):
            redraws = [lab.press(place, key) for key in KEYS[control.kind]]
            moved = [redraw for redraw in redraws if redraw.seconds]
            assert moved, f"nothing follows '{control.name}'"
            took[control.name] = max(redraw.seconds for redraw in moved)
            charts += any(redraw.chart for redraw in moved)
            readouts += any(redraw.readout for redraw in moved)
        print(f"\n{lesson} {lang}: " + ", ".join(f"{n} {s:.2f} s" for n, s in took.items()))
        assert charts
        assert readouts
        assert max(took.values()) < TOO_LONG
        page.screenshot(path=artifacts / f"lab-{lesson.replace('/', '-')}-{lang}.png")

        words = [control.name for control in lab.controls]
        assert [word for word in words if HAN.search(word)] == (words if lang == "zh" else [])
        assert lang == "zh" or not HAN.search(lab.text())
        assert not lab.notebook.missing_glyphs(lab.text())
        assert not lab.complaints()
    assert not failures
