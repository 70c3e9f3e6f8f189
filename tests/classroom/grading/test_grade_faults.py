"""Faults: whatever is killed, at any moment, another run ends with all graded exactly once."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.record.gradebook import GradebookError
from ecomlab.classroom.grading.run import grade
from smallclass import KERNEL, answer, checks, gradebook, make_course, plain, submit

LACKING = sandbox.missing("strict")
ISOLATION = "strict" if not LACKING else "none"
STUDENTS = 8


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class whose grading takes long enough to be killed in the middle."""
    cells = [
        answer("a", "a = 6"),
        plain("import time\ntime.sleep(0.15)"),
        checks("a-test", "", "assert a == 6", 2),
    ]
    folder = make_course(
        tmp_path_factory.mktemp("faults") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
    )
    for number in range(STUDENTS):
        submit(folder, f"s{number}", {"a": "a = 6" if number % 2 else "a = 5"})
    return folder


@pytest.fixture
def fresh(course, tmp_path):
    """A copy of the class that nobody has graded."""
    shutil.copytree(course, tmp_path / "course")
    return tmp_path / "course"


def begin(course: Path, *words: str) -> subprocess.Popen:
    """`ecomlab grade` in a process of its own."""
    command = [sys.executable, "-m", "ecomlab", "grade", "one", "--isolation", ISOLATION]
    return subprocess.Popen(
        [*command, *words], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def processes(course: Path) -> dict[int, str]:
    """The processes that work for a course: the run, its workers, its zygotes and children."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
            here = os.readlink(folder / "cwd") if "ecomlab" in line else ""
            if "ecomlab" in line and (str(course) in line or here == str(course)):
                found[int(folder.name)] = line
    found.pop(os.getpid(), None)
    return found


def wait_for(condition, seconds: float) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def first_result(run: subprocess.Popen) -> None:
    """Wait until a submission was graded."""
    with ThreadPoolExecutor(1) as pool:
        line = pool.submit(run.stderr.readline).result(timeout=120)
    assert line.startswith("[1/"), line


def all_is_well(course: Path) -> None:
    """Each submission graded once, nothing left over."""
    marks = {k[1]: v for k, v in gradebook(course).items() if k[0] == "grade"}
    expected = {f"s{n}": (2.0 if n % 2 else 0.0, None, None, 0) for n in range(STUDENTS)}
    assert marks == expected
    with sqlite3.connect(course / "gradebook.db") as database:
        (count,) = database.execute("SELECT count(*) FROM submitted_assignment").fetchone()
    assert count == STUDENTS
    graded = {p.parent.parent.name for p in (course / "autograded").glob("*/one/nb.ipynb")}
    assert graded == set(expected)
    assert not (course / "autograded/.ecomlab").exists()
    assert wait_for(lambda: not processes(course), 10), processes(course)


def killed_somewhere(course: Path, seed: int) -> None:
    """Kill the run, a worker, a zygote or a child at a random moment; then resume."""
    chance = random.Random(seed)
    run = begin(course, "--workers", "2")
    first_result(run)
    time.sleep(chance.uniform(0, 0.8))
    victims = processes(course)
    zygotes = [p for p, line in victims.items() if "inside.nursery" in line]
    others = [p for p in victims if p not in zygotes and p != run.pid]
    kind = chance.choice([[run.pid], others or [run.pid], zygotes or [run.pid]])
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(kind), signal.SIGKILL)
    try:
        run.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        run.kill()
        raise
    if run.returncode < 0:
        assert wait_for(lambda: not processes(course), 10), "processes outlived the run"
    report = grade("one", course=course, isolation=ISOLATION)
    assert not report.counts["failed"]
    all_is_well(course)


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_a_random_moment_and_resumed(fresh, seed):
    killed_somewhere(fresh, seed)


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(100, 150))
def test_killed_at_many_random_moments_and_resumed(fresh, seed):
    killed_somewhere(fresh, seed)


def test_an_interrupt_stops_soon_and_keeps_what_was_done(fresh):
    run = begin(fresh)
    first_result(run)
    asked = time.monotonic()
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert time.monotonic() - asked < 10
    assert run.returncode == 130
    assert "what was finished is kept" in said
    kept = len(list((fresh / "autograded").glob("*/one/nb.ipynb")))
    assert 1 <= kept < STUDENTS
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert report.counts["skipped"] == kept
    all_is_well(fresh)


def test_a_locked_gradebook_is_waited_for(fresh):
    database = sqlite3.connect(
        fresh / "gradebook.db", isolation_level=None, check_same_thread=False
    )
    database.execute("BEGIN EXCLUSIVE")
    run = begin(fresh, "--students", "s1")
    time.sleep(4)
    database.execute("ROLLBACK")
    database.close()
    run.communicate(timeout=120)
    assert run.returncode == 0


@pytest.mark.skipif(os.getuid() == 0, reason="root may write to read-only files")
def test_a_read_only_gradebook_is_one_clear_error(fresh):
    (fresh / "gradebook.db").chmod(0o444)
    with pytest.raises(GradebookError, match="read-only"):
        grade("one", course=fresh, isolation=ISOLATION)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a file system small enough to fill")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_up(folder: Path) -> Path:
    """Leave no byte free."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return ballast


def test_a_gradebook_on_a_full_disk_is_one_clear_error(fresh, small_disk):
    shutil.move(fresh / "gradebook.db", small_disk)
    url = f"sqlite:///{small_disk / 'gradebook.db'}"
    ballast = fill_up(small_disk)
    with pytest.raises(GradebookError, match="disk is full"):
        grade("one", course=fresh, isolation=ISOLATION, db_url=url)
    ballast.unlink()
    grade("one", course=fresh, isolation=ISOLATION, db_url=url)
    shutil.move(small_disk / "gradebook.db", fresh)
    all_is_well(fresh)


def test_a_full_disk_fails_what_it_hits_and_nothing_else(fresh, small_disk):
    (fresh / "autograded").symlink_to(small_disk)
    ballast = fill_up(small_disk)
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert report.counts == {"failed": STUDENTS}
    assert all("No space left" in r.reason for r in report.of("failed"))
    ballast.unlink()
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert report.counts == {"graded": STUDENTS}


def test_a_lost_zygote_is_replaced(fresh, monkeypatch):
    from ecomlab.classroom.grading.trusted.submission import Grader

    original = Grader.grade
    killed = []

    def grade_and_kill(self, student):
        if student == "s3" and not killed:
            killed.append(student)
            self.zygote._process.kill()
            self.zygote._process.wait()
        return original(self, student)

    monkeypatch.setattr(Grader, "grade", grade_and_kill)
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert killed
    assert report.counts == {"graded": STUDENTS}
    all_is_well(fresh)
