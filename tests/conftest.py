"""What every test may ask for: the real data beside the project, and what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MACHINE_LACKS = "this machine lacks "


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


def _lacks(terminalreporter) -> list[str]:
    """What skipped tests said this machine lacks, each once."""
    reasons = (str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    return sorted(
        {r.split(MACHINE_LACKS, 1)[1].rstrip("')\n") for r in reasons if MACHINE_LACKS in r}
    )


def pytest_sessionfinish(session, exitstatus):
    """With CI=true, a test skipped for what the machine lacks is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and _lacks(reporter) and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    """Name what was left out in the last line, where it cannot be overlooked."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and (lacks := _lacks(reporter)):
        print(f"Left out, as {MACHINE_LACKS}{'; '.join(lacks)}")
