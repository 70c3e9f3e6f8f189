"""Hostile submissions, one class of them: none gains a mark, looks outside, or harms another.

All run under the sandbox, in one grading run, on loopback only, with small limits on everything.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from attacks import BYTES, CODE, HARMLESS, LINKS, NOTEBOOK
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.run import grade
from ecomlab.shop.cache import engine_version
from smallclass import (
    KERNEL,
    answer,
    cell_of,
    checks,
    gradebook,
    graded,
    make_course,
    plain,
    submit,
)

SECRET = "SECRET-7f3a9"
MARKER = "HIDDEN-5c1d2"
LACKING = sandbox.missing("strict")
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"this machine lacks {'; '.join(LACKING)} (for the sandbox)"
)


def _notebook():
    cells = [
        plain("start = 1"),
        graded("def check(x): return x == 42", "setup", locked=True),
        answer("answer", "answer = 42"),
        checks("answer-test", "", f"# {MARKER}\nassert check(answer) and abs(answer - 42) == 0", 3),
        answer("double", "def double(x): return 2 * x"),
        checks("double-test", "", f"# {MARKER}\nassert double(4) == 8\nassert double(21) == 42", 3),
        answer("parts", "parts = 2"),
        checks("parts-test", "", f"# {MARKER}\nassert open('given.txt').read() == '7'\nparts", 2),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


GOOD = {
    "answer": "answer = 42",
    "double": "def double(x):\n    return x * 2",
    "parts": "parts = 1 + 1",
}


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    """The class, graded in one run; and what stood outside while it was."""
    root = make_course(
        tmp_path_factory.mktemp("arena") / "course",
        {"nb": _notebook()},
        files={"given.txt": "7"},
        config="c.Execute.timeout = 1\n",
    )
    canary = root.parent / "canary.txt"
    canary.write_text(SECRET)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    facts = {
        "root": root,
        "canary": canary,
        "port": listener.getsockname()[1],
        "free": 20_000 + os.getpid() % 20_000,
        "victim": victim.pid,
        "half": MARKER.partition("-")[0],
    }
    for place in range(3):
        submit(root, f"good-{place}", {**GOOD, "answer": f"answer = 42  # {SECRET}"})
    for place, (name, code) in enumerate(CODE.items()):
        submit(root, name, _runs(code.format(**facts), first=place % 3 == 0))
    for name, change in {**NOTEBOOK, **HARMLESS}.items():
        submit(root, name, change)
    for name, content in BYTES.items():
        (submit(root, name) / "nb.ipynb").write_bytes(content)
    for name, target in LINKS.items():
        folder = submit(root, name)
        (folder / "nb.ipynb").unlink()
        (folder / "nb.ipynb").symlink_to(root / target)
        (folder / "extra").symlink_to(root / target)
    submit(root, "zz-good", GOOD)
    shop = root.parent / f"cache/seed-1-{engine_version()}"
    shop.mkdir(parents=True)
    (shop / "card.json").write_text("{}")
    watched = [*(root / "source").rglob("*.*"), shop / "card.json"]
    before = {p: p.read_bytes() for p in watched}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARENA_SECRET", SECRET)
        patch.setenv("ECOMLAB_CACHE", str(shop.parent))
        report = grade("one", course=root, memory=512)
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()
    alive = victim.poll() is None
    victim.kill()
    victim.wait()
    assert alive, "a process outside was ended"
    assert {p: p.read_bytes() for p in before} == before, "the course's files were changed"
    return root, report


def _runs(code: str, *, first: bool):
    """Run code as the first cell of all, or in a fork of what has run the instructor's cells."""

    def change(notebook):
        if first:
            notebook.cells[0].source = code
        else:
            answer = cell_of(notebook, "answer")
            answer.source = f"{answer.source}\n{code}"

    return change


def _result(report, student: str):
    (found,) = [r for r in report.results if r.student == student]
    return found


HOSTILE = [*CODE, *NOTEBOOK, *HARMLESS, *BYTES, *LINKS]


def test_there_are_forty_and_more():
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_no_attack_gains_a_mark_or_sees_a_secret(arena, name):
    root, report = arena
    result = _result(report, name)
    assert not result.score, f"{name} gained {result.score}"
    folder = root / "autograded" / name
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert not path.is_symlink()
        text = path.read_bytes()
        assert SECRET.encode() not in text
        assert MARKER.encode() not in text
    kept = [v[0] for k, v in gradebook(root).items() if k[0] == "grade" and k[1] == name]
    assert not any(kept), f"the gradebook holds marks for {name}: {kept}"


def test_nothing_is_planted_outside_a_students_own_folder(arena):
    root = arena[0]
    for path in root.parent.rglob("*"):
        own = "autograded" in path.parts and "plants-files" in path.parts
        assert own or path.name != "planted"
        assert own or not path.is_file() or b"planted" not in path.read_bytes()[:100]
    for folder in (root / "autograded").glob("*/one"):
        assert (folder / "given.txt").read_text() == "7"
        assert not [p for p in folder.rglob("*") if p.is_symlink()]
        assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) < 80 << 20


@pytest.mark.parametrize(
    "name",
    ["plants-files", "leaves-links", "never-hands-over", "hands-over-for-ever", "sparse-file"],
)
def test_what_is_left_behind_and_not_kept_is_said(arena, name):
    assert any("files that it wrote" in u or "links" in u for u in _result(arena[1], name).unusual)


@pytest.mark.parametrize("name", ["good-0", "good-1", "good-2", "zz-good"])
def test_honest_students_keep_every_mark_and_no_flag(arena, name):
    result = _result(arena[1], name)
    assert (result.status, result.score, result.unusual) == ("graded", 8, [])


@pytest.mark.parametrize("name", [*NOTEBOOK, *LINKS])
def test_tampering_is_said_and_needs_a_persons_eyes(arena, name):
    result = _result(arena[1], name)
    assert result.status in ("flagged", "failed")
    assert result.unusual or result.reason


def test_a_crash_is_said_with_its_cause(arena):
    report = arena[1]
    assert any("SIGSEGV" in n for n in _result(report, "segfault").unusual)
    assert any("exited with status 0" in n for n in _result(report, "os-exit").unusual)


def test_every_test_of_the_arena_ran_sealed(arena):
    assert arena[1].sealed_share == 1


def test_nothing_keeps_running(arena):
    """No process of a submission outlives the run."""
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"ecomlab.classroom.grading.trusted.zygote" in line and str(arena[0]).encode() in line:
            left.append(folder.name)
    assert not left
    assert not (arena[0] / "autograded" / ".ecomlab").exists()
