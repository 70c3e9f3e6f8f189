"""The instructor's JupyterLab, as `make teach` opens it: the formgrader knows the course."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.opened import READY, open_jupyterlab
from machine import needs_chromium

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def course(root: Path, tmp_path_factory) -> Path:
    """A course directory with one built lesson."""
    copy = tmp_path_factory.mktemp("checkout")
    lesson = copy / "course" / "lessons" / "market" / "growth.md"
    lesson.parent.mkdir(parents=True)
    shutil.copy(root / "course" / "lessons" / "market" / "growth.md", lesson)
    shutil.copy(root / "course" / "nbgrader_config.py", copy / "course")
    build = [sys.executable, "-m", "ecomlab", "build", "--no-solutions"]
    subprocess.run(build, cwd=copy, check=True)
    return copy


def test_the_formgrader_lists_the_chapter_and_its_notebook(open_lab, new_page, artifacts):
    page = new_page("en-GB")
    open_jupyterlab(page, open_lab("--teach"))
    page.evaluate("() => { window.jupyterapp.commands.execute('nbgrader:open-formgrader'); }")
    formgrader = page.frame_locator("iframe")
    row = formgrader.locator("tr", has_text="market").first
    expect(row).to_be_visible(timeout=1000 * READY)
    page.screenshot(path=artifacts / "formgrader.png")
    assert formgrader.locator(".alert-danger").count() == 0
