"""Several graders: PostgreSQL as the gradebook, Dask's executor, a thousand submissions."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.export import read_marks
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.run import grade
from gradingrun import Run
from smallclass import KERNEL, answer, checks, gradebook, make_course, submit

ISOLATION = "none" if sandbox.missing("strict") else "strict"
POSTGRES = shutil.which("initdb") and shutil.which("pg_ctl")


def small_course(folder: Path, students: int) -> Path:
    cells = [answer("a", "a = 6"), checks("a-test", "", "assert a == 6", 2)]
    course = make_course(folder, {"nb": new_notebook(cells=cells, metadata=KERNEL)})
    for number in range(students):
        submit(course, f"s{number:04}", {"a": "a = 6" if number % 2 else "a = 5"})
    return course


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """A PostgreSQL server of our own on loopback, run by another user where we are root."""
    if not POSTGRES:
        pytest.skip("this machine lacks PostgreSQL (initdb and pg_ctl)")
    folder = tmp_path_factory.mktemp("postgres")
    server: list[str] = []
    if os.getuid() == 0:
        account = next((p for p in pwd.getpwall() if p.pw_name in ("postgres", "nobody")), None)
        if account is None or shutil.which("setpriv") is None:
            pytest.skip("this machine lacks a user for PostgreSQL")
        for place in (folder, *folder.parents):
            if place == Path(tempfile.gettempdir()):
                break
            place.chmod(0o755)
        os.chown(folder, account.pw_uid, account.pw_gid)
        ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        server = ["setpriv", *ids]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"

    def run(*command: str) -> None:
        environment = {**os.environ, "HOME": str(folder)}
        subprocess.run(
            [*server, *command], check=True, capture_output=True, cwd=folder, env=environment
        )

    run("initdb", "-D", str(data), "-U", "teacher", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    log = str(folder / "log")
    subprocess.run(
        [*server, "pg_ctl", "-D", str(data), "-o", options, "-l", log, "-w", "start"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    yield f"postgresql+psycopg2://teacher@127.0.0.1:{port}/postgres"
    run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def test_two_graders_share_a_postgresql_gradebook(postgres, tmp_path):
    pytest.importorskip("psycopg2")
    config = f"c.CourseDirectory.db_url = {postgres!r}\n"
    cells = [answer("a", "a = 6"), checks("a-test", "", "assert a == 6", 2)]
    course = make_course(
        tmp_path / "course", {"nb": new_notebook(cells=cells, metadata=KERNEL)}, config=config
    )
    for number in range(12):
        submit(course, f"s{number:02}", {"a": "a = 6" if number % 2 else "a = 5"})
    graders = [Run(course, "--students", glob) for glob in ("s0[0-5]", "*[6-9]", "s1?")]
    for grader in graders:
        said = grader.end()
        assert grader.returncode == 0, said
    marks = {m.student: m.points for m in read_marks("one", course).rows}
    assert marks == {f"s{n:02}": 2.0 if n % 2 else 0.0 for n in range(12)}
    assert not (course / "gradebook.db").exists()


def test_dasks_executor_grades_the_same(tmp_path):
    distributed = pytest.importorskip("distributed")
    course = small_course(tmp_path / "course", 6)
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, worker_dashboard_address=None
    )
    with cluster, distributed.Client(cluster) as client:
        report = grade("one", course=course, isolation=ISOLATION,
                       executor=client.get_executor(pure=False))  # fmt: skip
    assert report.counts == {"graded": 6}
    marks = {k[1]: v[0] for k, v in gradebook(course).items() if k[0] == "grade"}
    assert marks == {f"s{n:04}": 2.0 if n % 2 else 0.0 for n in range(6)}


@pytest.mark.stress
def test_a_thousand_submissions_in_one_run_with_flat_memory(tmp_path):
    course = small_course(tmp_path / "course", 1000)
    memory: list[int] = []

    def watch(result, done, total, left):
        if done % 100 == 0:
            memory.append(_resident_mb())

    report = grade("one", course=course, isolation=ISOLATION, progress=watch)
    assert report.counts == {"graded": 1000}
    assert memory[-1] < memory[1] * 1.2 + 20, memory


def _resident_mb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS:"))
