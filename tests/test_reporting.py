"""What a run of the tests says of what was left out, and what stays on one worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

SKIPPED = """
import pytest

def test_that_runs(): pass

@pytest.mark.skipif(True, reason="this machine lacks a loom (to weave)")
def test_that_needs_a_loom(): pass

@pytest.mark.skipif(True, reason="this machine lacks a loom (to weave)")
def test_that_needs_it_too(): pass
"""
WORKER = """
import os
import pytest

@pytest.mark.parametrize("lesson", ["market/growth", "supply/costs"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lesson(lang, lesson):
    print(f"WHERE {lesson} {os.environ['PYTEST_XDIST_WORKER']}")

@pytest.mark.parametrize("n", [1, 2, 3])
def test_file(n):
    print(f"WHERE {__file__} {os.environ['PYTEST_XDIST_WORKER']}")
"""


@pytest.fixture
def run(root, tmp_path):
    """Run some test files under this project's conftest, in a process of their own."""
    shutil.copy(root / "tests" / "conftest.py", tmp_path)

    folder = tmp_path / "tests" / "notebooks"
    folder.mkdir(parents=True)

    def run(*options: str, ci: str = "", **files: str):
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        pytest_here = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", "."]
        return subprocess.run(
            [*pytest_here, "-q", "-p", "xdist.plugin", *options],
            cwd=tmp_path,
            env={**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_the_last_line_names_what_the_machine_lacks(run, workers):
    ran = run(*workers, test_skipped=SKIPPED)
    assert ran.returncode == 0
    expected = "1 passed, 0 failed, 2 skipped; left out, as this machine lacks a loom (to weave)"
    assert ran.stdout.splitlines()[-1] == expected


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_on_ci_what_the_machine_lacks_is_a_failure(run, workers):
    assert run(*workers, ci="true", test_skipped=SKIPPED).returncode == 1


def test_other_skips_are_no_failure_and_pytest_has_the_last_word(run):
    text = SKIPPED.replace("this machine lacks a loom (to weave)", "the data are elsewhere")
    ran = run(ci="true", test_skipped=text)
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1].startswith("1 passed, 2 skipped in ")


def test_a_file_and_a_lesson_stay_on_one_worker(run):
    ran = run("-n", "2", "-rP", test_a=WORKER, test_b=WORKER)
    where = [line.split()[1:] for line in ran.stdout.splitlines() if line.startswith("WHERE")]
    assert len(where) == 14
    workers: dict[str, set[str]] = {}
    for what, worker in where:
        workers.setdefault(what, set()).add(worker)
    assert len(workers) == 4, "two lessons, each of both files, and what is left of two files"
    assert all(len(each) == 1 for each in workers.values())
    assert {worker for _, worker in where} == {"gw0", "gw1"}
