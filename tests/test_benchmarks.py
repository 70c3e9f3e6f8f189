"""What is raced must do the same work: on few rows, every contender gives the same answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

ROWS = 3_000


@pytest.fixture
def portable(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1]))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    from benchmarks import _tables, portable

    _tables.make(ROWS)
    return portable


def test_functions_by_hand_answer_as_the_portable_ones(portable, tmp_path):
    answers = {}
    for task in portable.TASKS:
        for name in (*portable.RIVALS, *portable.ENGINES):
            answer = tmp_path / f"{task} {name}.parquet"
            portable.writer(task, name, answer, portable.MEMORY)(portable._tables.folder(ROWS))
            answers[task, name] = portable.digest(answer)
    for (task, name), found in answers.items():
        expected = answers[task, portable.OURS]
        assert expected[0] > 0
        assert found == pytest.approx(expected, rel=1e-6), (task, name)


def test_clicks_form_sessions_of_several_steps(portable):
    """Else a race over sessions would be over single clicks."""
    import pandas as pd

    from ecomlab.membership.behaviour import sessionize

    events = pd.read_parquet(portable._tables.folder(ROWS) / "events.parquet")
    sessions = sessionize(events).groupby(["customer_id", "session"]).size()
    assert 3 < sessions.mean() < 6
    assert sessions.max() >= 7
