"""What every test may ask for, which worker runs it, and what the last line says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ecomlab import style

ROOT = Path(__file__).resolve().parents[1]
# A lesson's name among a test's parameters: market/growth in test_blank[en-market/growth].
LESSON = re.compile(r"(?<=[\[-])\w+/\w+(?=[\]-])")
LACKS = re.compile(r"this machine lacks ([^'\n]+)")

# What takes longest is begun first, so that no worker is left alone with it at the end.
SLOWEST_FIRST = ("tests/browser/", "tests/notebooks/", "tests/classroom/")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def refdata() -> Path:
    """Real data for checks; it stands beside the project and is never copied into it."""
    folder = Path(os.environ.get("ECOMLAB_REFDATA", ROOT.parent / "shared" / "refdata"))
    if not folder.is_dir():
        pytest.skip("the real data for checks are not beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def _english_again():
    """No test leaves its language to the next one."""
    yield
    if style.language() != "en":
        style.set_language("en")


def pytest_collection_modifyitems(items):
    """Begin with the slowest."""

    def place(item):
        ranks = (i for i, folder in enumerate(SLOWEST_FIRST) if item.nodeid.startswith(folder))
        return next(ranks, len(SLOWEST_FIRST))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give a lesson or a file to one worker whole: what its tests share is prepared once.

    xdist's own loadgroup would do, but for the node ids of pytest 9.2, which it cannot mark.
    """
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class ByLesson(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            lesson = LESSON.search(test) if file.startswith("tests/notebooks/") else None
            return lesson[0] if lesson else file

    return ByLesson(config, log)


def _lacks(config) -> list[str]:
    """What skipped tests said this machine lacks, each once."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    return sorted({found[1] for r in skipped if (found := LACKS.search(str(r.longrepr)))})


def pytest_sessionfinish(session, exitstatus):
    """With CI=true, a test skipped for what the machine lacks is a failure."""
    if os.environ.get("CI") == "true" and exitstatus == 0 and _lacks(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    """Name what was left out in the last line, where it cannot be overlooked."""
    if lacks := _lacks(config):
        stats = config.pluginmanager.get_plugin("terminalreporter").stats
        counts = ", ".join(f"{len(stats.get(s, []))} {s}" for s in ("passed", "failed", "skipped"))
        print(f"{counts}; left out, as this machine lacks {', '.join(lacks)}")
