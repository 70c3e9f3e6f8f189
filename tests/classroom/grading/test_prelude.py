"""What is run once for all students: the same for each, nothing of one reaches another."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.run import grade
from ecomlab.classroom.grading.trusted.prelude import play
from ecomlab.classroom.grading.trusted.zygote import Zygote, warmed
from smallclass import KERNEL, answer, checks, graded, make_course, outputs, plain, submit

LACKING = sandbox.missing("strict")
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"this machine lacks {'; '.join(LACKING)} (for the sandbox)"
)
ANSWER = {"a": "held.append('mine')\na = len(held)"}


def _change_the_head(notebook):
    notebook.cells[0].source += "\n"
    notebook.cells[2].source = ANSWER["a"]


@pytest.fixture(scope="module")
def given_class(tmp_path_factory):
    """Two students alike, one who changed the head, and one who brings a file for it."""
    cells = [
        plain(
            "import os, random, time\nimport numpy as np\nnp.random.seed(5)\n"
            "print('head', time.time_ns(), os.path.exists('own.txt'))"
        ),
        graded("held, seen = [], []\nbegun = time.time_ns()", "setup", locked=True),
        answer("a", "a = 1"),
        plain("print(random.random(), np.random.random())"),
        checks(
            "a-test", "", "print('judged', begun)\nseen.append(a)\nassert a == 1 == len(seen)", 2
        ),
    ]
    root = make_course(
        tmp_path_factory.mktemp("prelude") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
    )
    submit(root, "ann", ANSWER)
    submit(root, "bob", ANSWER)
    submit(root, "changed", _change_the_head)
    (submit(root, "files", ANSWER) / "own.txt").write_text("x")
    report = grade("one", course=root, workers=2)
    said = {
        r.student: [" ".join(text) for _, _, text in outputs(root, r.student, "nb")]
        for r in report.results
    }
    return report, said


def test_the_head_is_run_once_for_those_who_kept_it(given_class):
    head = {student: said[0] for student, said in given_class[1].items()}
    assert "head" in head["ann"]
    assert head["ann"] == head["bob"] != head["changed"]
    assert head["files"] != head["ann"]
    assert "True" in head["files"]
    assert "True" not in head["changed"] + head["ann"]


def test_the_judges_set_up_is_run_once(given_class):
    told = {said[-1] for said in given_class[1].values()}
    assert len(told) == 1
    assert "judged" in told.pop()


def test_nothing_of_one_student_reaches_another_or_another_ones_judge(given_class):
    report = given_class[0]
    assert {(r.status, r.score) for r in report.results} == {("graded", 2)}
    assert report.sealed_share == 1


def test_a_seed_in_the_head_holds_and_other_random_numbers_differ(given_class):
    drawn = [said[3] for said in given_class[1].values()]
    assert len(set(drawn)) == len(drawn)
    assert len({text.split()[-1] for text in drawn}) == 1


@pytest.fixture(scope="module")
def zygote():
    warm, _ = warmed(sandbox.plan("strict", memory_mb=512), ["numpy", "pyarrow"])
    yield warm
    warm.close()


@pytest.mark.parametrize(
    "cells",
    [
        ["x = 1"],
        ["import numpy", "with open('/etc/passwd') as f: f.read()"],
        ["import io, pyarrow.parquet as p, pyarrow\nf = io.BytesIO()",
         "p.write_table(pyarrow.table({'a': [1]}), f)\np.read_table(f)"],
    ],
)  # fmt: skip
def test_what_leaves_nothing_behind_is_run_once(zygote: Zygote, tmp_path, cells):
    prelude = play(zygote, str(tmp_path), cells)
    assert prelude is not None
    prelude.zygote.close()


@pytest.mark.parametrize(
    "cell",
    [
        "1 / 0",
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "import os, time\nif not os.fork(): time.sleep(9)",
        "f = open('/etc/passwd')",
        "import socket\ns = socket.socketpair()",
        "import mmap\nm = mmap.mmap(-1, 4096)",
        "open('left.txt', 'w').close()",
        "import tempfile\nt = tempfile.mkstemp()",
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 99)",
        "import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(99))",
        "import os\nos._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
        "while True: pass",
        "hoard = bytearray(600 << 20)\nhoard[:] = b'x' * len(hoard)",
    ],
)
def test_what_forks_would_share_or_lack_is_run_for_each_student(zygote: Zygote, tmp_path, cell):
    assert play(zygote, str(tmp_path), ["x = 1", cell], 3) is None
    child = zygote.fork(str(tmp_path), [])
    assert child.alive()
    child.end()
