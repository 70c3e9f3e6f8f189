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
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.record.gradebook import GradebookError
from ecomlab.classroom.grading.run import _clear_abandoned, _new_folder, grade
from ecomlab.classroom.grading.trusted.session import Session
from gradingrun import ISOLATION, Run, wait_for
from smallclass import KERNEL, answer, checks, gradebook, make_course, plain, submit

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
    used = "import time\nwhile time.thread_time() < 0.6: pass"
    submit(folder, "busy", {"a": f"a = 6\n{used}"})
    shutil.move(folder / "submitted/busy", folder / "busy")
    return folder


@pytest.fixture
def fresh(course, tmp_path):
    """A copy of the class that nobody has graded."""
    shutil.copytree(course, tmp_path / "course")
    return tmp_path / "course"


def processes(course: Path) -> dict[int, str]:
    """The processes that work for a course: the run, its workers, its zygotes and children."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
            here = os.readlink(folder / "cwd")
            if (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue
            if here == str(course) or ("inside.nursery" in line and str(course) in line):
                found[int(folder.name)] = line
    found.pop(os.getpid(), None)
    return found


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
    run = Run(course, "--workers", "2")
    run.first_result()
    time.sleep(chance.uniform(0, 0.8))
    victims = processes(course)
    zygotes = [p for p, line in victims.items() if "inside.nursery" in line]
    others = [p for p in victims if p not in zygotes and p != run.pid]
    kind = chance.choice([[run.pid], others or [run.pid], zygotes or [run.pid]])
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(kind), signal.SIGKILL)
    run.end()
    assert run.returncode is not None
    if run.returncode < 0:
        assert wait_for(lambda: not processes(course), 10), "processes outlived the run"
    report = grade("one", course=course, isolation=ISOLATION)
    assert not report.counts["failed"]
    all_is_well(course)


@pytest.mark.skipif(bool(sandbox.missing("basic")), reason="this machine lacks Landlock")
@pytest.mark.parametrize("isolation", ["basic", ISOLATION])
def test_a_run_leaves_nothing_in_the_scratch_folder(fresh, tmp_path, monkeypatch, isolation):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    for workers in (1, 2):
        report = grade("one", course=fresh, isolation=isolation, workers=workers, again=True)
        assert report.counts == {"graded": STUDENTS}
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_a_random_moment_and_resumed(fresh, seed):
    killed_somewhere(fresh, seed)


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(100, 150))
def test_killed_at_many_random_moments_and_resumed(fresh, seed):
    killed_somewhere(fresh, seed)


def test_what_a_run_left_is_cleared_by_one_that_finds_all_graded(fresh):
    grade("one", course=fresh, isolation=ISOLATION)
    # As if it had been killed while it tidied up.
    abandoned = fresh / "autograded/.ecomlab/vm-1-1/given"
    abandoned.mkdir(parents=True)
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert report.counts == {"skipped": STUDENTS}
    all_is_well(fresh)


def test_runs_that_begin_and_end_at_once_keep_their_folders(tmp_path):
    base = tmp_path / "autograded/.ecomlab"

    def begin_and_end(number):
        folder, held = _new_folder(base)
        assert folder.is_dir()
        _clear_abandoned(base)
        assert folder.is_dir()
        os.close(held)
        _clear_abandoned(base)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(begin_and_end, range(400)))
    assert not base.exists()


def test_an_interrupt_stops_soon_and_keeps_what_was_done(fresh):
    run = Run(fresh)
    run.first_result()
    asked = time.monotonic()
    os.kill(run.pid, signal.SIGINT)
    said = run.end()
    assert time.monotonic() - asked < 10
    assert run.returncode == 130
    assert "what was finished is kept" in said
    kept = len(list((fresh / "autograded").glob("*/one/nb.ipynb")))
    assert 1 <= kept < STUDENTS
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert report.counts["skipped"] == kept
    all_is_well(fresh)


HOLD = """import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(2.5)"""


def test_a_locked_gradebook_is_waited_for(fresh):
    command = [sys.executable, "-c", HOLD, str(fresh / "gradebook.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        report = grade("one", course=fresh, isolation=ISOLATION, students="s1")
        assert other.wait() == 0
    assert report.counts == {"graded": 1}


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


@pytest.mark.parametrize("what", ["execute", "judge"])
def test_a_notebook_that_was_killed_from_outside_is_run_once_more(fresh, monkeypatch, what):
    """As a machine short of memory kills: the student's process, or the judge beside it."""
    original = Session._run
    victims = []

    def run_and_kill(self, child, doing, *rest):
        # The reference's work folder is in the source.
        if doing == what and not victims and "autograded" in self.folder:
            victims.append(child.pid)
            child.signal(signal.SIGKILL)
        return original(self, child, doing, *rest)

    monkeypatch.setattr(Session, "_run", run_and_kill)
    report = grade("one", course=fresh, isolation=ISOLATION, students="s[12]")
    assert victims
    assert [(r.score, r.unusual) for r in report.results] == [(2, []), (0, [])]


def test_what_is_killed_each_time_is_flagged(fresh, monkeypatch):
    original = Session._run

    def run_and_kill(self, child, doing, *rest):
        if "autograded" in self.folder:
            child.signal(signal.SIGKILL)
        return original(self, child, doing, *rest)

    monkeypatch.setattr(Session, "_run", run_and_kill)
    (result,) = grade("one", course=fresh, isolation=ISOLATION, students="s1").results
    assert result.status == "flagged"
    assert "SIGKILL" in result.unusual[0]


def test_a_busy_machine_costs_no_marks(fresh):
    """Four others on the one processor leave a cell a fifth of it; its time is not up."""
    shutil.move(fresh / "busy", fresh / "submitted/busy")
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(4)]
    processor = {min(os.sched_getaffinity(0))}
    before = os.sched_getaffinity(0)
    try:
        for hog in hogs:
            os.sched_setaffinity(hog.pid, processor)
        os.sched_setaffinity(0, processor)
        report = grade("one", course=fresh, isolation=ISOLATION, students="busy", timeout=1)
    finally:
        os.sched_setaffinity(0, before)
        for hog in hogs:
            hog.kill()
            hog.wait()
    (result,) = report.results
    assert (result.score, result.unusual) == (2, [])


def test_a_lost_zygote_is_replaced(fresh, monkeypatch):
    from ecomlab.classroom.grading.trusted.submission import Grader

    original = Grader.grade
    killed = []

    def grade_and_kill(self, student):
        if student == "s3" and not killed:
            killed.append(student)
            self.preludes.zygote._process.kill()
            self.preludes.zygote._process.wait()
        return original(self, student)

    monkeypatch.setattr(Grader, "grade", grade_and_kill)
    report = grade("one", course=fresh, isolation=ISOLATION)
    assert killed
    assert report.counts == {"graded": STUDENTS}
    all_is_well(fresh)
