"""Section 1.2 in a real browser, as a student meets it: `make lab`, play, answer, Validate."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from browser.opened import OpenNotebook, chart, errors, find
from machine import needs_chromium

pytestmark = needs_chromium

NOTEBOOK = "market/growth.ipynb"
IN_PERCENT = """def growth_per_year(first, last, first_year, last_year):
    return 100 * ((last / first) ** (1 / (last_year - first_year)) - 1)"""


class Reader(NamedTuple):
    """What a reader of one language sees."""

    lang: str
    locale: str
    menu: str
    message: str
    prose: str


READERS = [
    Reader(
        "en",
        "en-GB",
        menu="File",
        message="that is 100 %; yours gives 100",
        prose="Market size and growth trend",
    ),
    Reader(
        "zh",
        "zh-CN",
        menu="文件",
        message="即 100%；你的函数得到 100",
        prose="市场规模与增长趋势：年均复合增长率",
    ),
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.lang)
def test_a_student_plays_answers_and_validates(reader, open_lab, new_page, artifacts):
    page = new_page(reader.locale)
    notebook = OpenNotebook(page, open_lab("--lang", reader.lang), NOTEBOOK)
    assert page.locator("#jp-MainMenu").get_by_text(reader.menu, exact=True).is_visible()
    assert not notebook.missing_glyphs(reader.prose)

    # Everything runs, and nothing but the checks of unsolved exercises complains.
    notebook.run_all()
    cells = [cell for cell in notebook.cells() if cell["type"] == "code"]
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    checks = [cell["id"] for cell in cells if cell["nbgrader"].get("grade")]
    assert [cell["id"] for cell in cells if errors(cell)] == checks
    assert not [cell["id"] for cell in cells if "Glyph" in str(cell["outputs"])]

    # The lab's chart follows its slider, and comes back with it.
    lab = notebook.lab_with_slider()
    first = chart(lab)
    slider = find(lab, ".noUi-handle >> nth=1")
    slider.press("ArrowRight")
    moved = notebook.wait_for_another_chart(lab, first)
    page.screenshot(path=artifacts / f"growth-lab-{reader.lang}.png")
    slider.press("ArrowLeft")
    assert notebook.wait_for_another_chart(lab, moved) == first

    # A wrong answer is told what is wrong with it.
    notebook.answer("cagr", IN_PERCENT)
    (said,) = errors(notebook.run("cagr-test"))
    assert reader.message in said
    page.screenshot(path=artifacts / f"growth-answer-{reader.lang}.png")

    # So says nbgrader's own button, which runs the notebook from its top: each unsolved check
    # fails, and the memo is blank.
    verdict = notebook.validate(artifacts / f"growth-validate-{reader.lang}.png")
    assert verdict.count("The following cell failed") == len(checks) + 1
    assert reader.message in verdict
