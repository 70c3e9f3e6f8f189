"""Seconds per submission: stock nbgrader against ours, the same submissions in turn in one run.

`python -m benchmarks grading [--submissions N] [--only NAME]` on a notebook that imports pandas,
scikit-learn and matplotlib, with 12 test cells, a k-means and a plot (called bench); then on every
built chapter of the course, two submissions of each. Beside each stands the floor: what the
reference's cells take alone in a warm process. What is the same for all students is run once, so
that ours may lie below it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import shutil
import sysconfig
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

_TESTS = 12
_EVERY_WAY = (("none", 1), ("basic", 1), ("strict", 1), ("strict", 2))
_OF_A_CHAPTER = 2
_BY_NBGRADER = 2
_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"


def _cell(source: str, **nbgrader):
    full = {"grade": False, "solution": False, "locked": False, "schema_version": 3, **nbgrader}
    return new_code_cell(source, metadata={"nbgrader": full})


def notebook():
    """The benchmark notebook."""
    cells = [
        new_code_cell(
            "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
            "from sklearn.cluster import KMeans\nfrom sklearn.linear_model import LinearRegression"
        ),
        _cell(
            "rng = np.random.default_rng(7)\n"
            "shop = pd.DataFrame(rng.normal(size=(500, 3)), columns=['price', 'visits', 'sales'])",
            grade_id="setup",
            locked=True,
        ),
    ]
    for number in range(_TESTS):
        name = f"answer_{number}"
        solution = f"### BEGIN SOLUTION\n{name} = shop.sales.mean() + {number}\n### END SOLUTION"
        test = f"assert abs({name} - shop.sales.mean() - {number}) < 1e-9, 'not the mean'"
        hidden = f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
        cells += [
            _cell(solution, grade_id=f"a{number}", solution=True),
            _cell(hidden, grade_id=f"t{number}", grade=True, locked=True, points=1),
        ]
    cells += [
        new_code_cell("groups = KMeans(4, n_init=3, random_state=1).fit(shop)\ngroups.inertia_"),
        new_code_cell("plt.scatter(shop.price, shop.sales, c=groups.labels_)\nplt.show()"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _make_course(folder: Path, submissions: int) -> Path:
    source = folder / "source" / "bench"
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(_CONFIG)
    nbformat.write(notebook(), source / "nb.ipynb")
    _release(folder, "bench")
    _submit(folder, "bench", folder / "source" / "bench", submissions)
    return folder


def _submit(course: Path, assignment: str, solved: Path, submissions: int) -> None:
    """The reference solution's cells in the released notebooks, one copy a student."""
    release = _directory(course)
    released = Path(release.format_path(release.release_directory, ".", assignment))
    for number in range(submissions):
        target = course / "submitted" / f"s{number:03}" / assignment
        shutil.copytree(released, target)
        for path in target.glob("*.ipynb"):
            answers = {
                c.metadata.nbgrader.grade_id: c.source
                for c in nbformat.read(solved / path.name, as_version=4).cells
                if c.metadata.get("nbgrader", {}).get("solution")
            }
            handed_in = nbformat.read(path, as_version=4)
            for cell in handed_in.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = answers.get(name, cell.source)
            nbformat.write(handed_in, path)


def _directory(course: Path):
    from nbgrader.coursedir import CourseDirectory

    from ecomlab.classroom.grading.record.courses import load_config

    return CourseDirectory(config=load_config(course), root=str(course))


def _release(course: Path, assignment: str) -> None:
    from nbgrader.apps import NbGraderAPI

    from ecomlab.classroom.grading.record.courses import load_config

    api = NbGraderAPI(_directory(course), config=load_config(course))
    api.log.setLevel(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()):
        done = api.generate_assignment(assignment)
    if not done["success"]:
        raise SystemExit(done.get("error", "nbgrader failed"))


def measure(course: Path, assignment: str, submissions: int, ways=_EVERY_WAY) -> None:
    """Print one assignment's figures, of nbgrader and of each way of ours."""
    from ecomlab.classroom import grade
    from ecomlab.classroom.grading.compare import stock

    for isolation, workers in ways:
        # nbgrader anew before each, as the machine may be slower by then than at the start.
        begun = time.monotonic()
        for number in range(_BY_NBGRADER):
            stock(course, assignment, f"s{number:03}")
        base = (time.monotonic() - begun) / _BY_NBGRADER
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(course / "autograded")
        report = grade(assignment, course=course, workers=workers, isolation=isolation)
        own = (report.seconds - report.startup_seconds) / submissions
        floor = sum(r.seconds for r in report.references.values())
        print(
            f"{assignment}: nbgrader {base:6.2f} s a submission; {isolation:6} {workers} worker(s)"
            f" {own:6.2f} s, {base / own:5.1f} x; above the cells' {floor:.2f} s:"
            f" {own - floor:+.2f} s, nbgrader {base - floor:+.2f} (start-up"
            f" {report.startup_seconds:.1f} s, sealed {report.sealed_share:.0%},"
            f" graded {report.counts['graded']})",
            flush=True,
        )


def main(arguments: list[str]) -> None:
    """Measure the benchmark notebook, and the chapters that are built."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks grading", description=__doc__)
    parser.add_argument("--submissions", type=int, default=16, help="of bench")
    parser.add_argument("--only", metavar="NAME", help="one of them: bench, or a chapter")
    chosen = parser.parse_args(arguments)
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    os.environ.setdefault("COURSE_LANG", "en")
    original = Path(__file__).resolve().parents[1] / "course"
    built = original / "source" / os.environ["COURSE_LANG"]
    chapters = sorted(p.name for p in built.glob("*") if p.is_dir())
    names = [n for n in ("bench", *chapters) if chosen.only in (None, n)]
    if not names:
        raise SystemExit(f"there is no {chosen.only!r}: bench, {', '.join(chapters)}")
    if not chapters:
        print("the course's chapters are not built: run `make build` to have them measured too")
    with tempfile.TemporaryDirectory(prefix="ecomlab-bench-") as folder:
        course = Path(folder) / "course"
        shutil.copytree(original, course, ignore=shutil.ignore_patterns("submitted", "*.db"))
        for name in names:
            if name == "bench":
                measure(
                    _make_course(Path(folder) / "bench", chosen.submissions),
                    "bench",
                    chosen.submissions,
                )
                continue
            _release(course, name)
            solved = course / "source" / os.environ["COURSE_LANG"] / name
            _submit(course, name, solved, _OF_A_CHAPTER)
            measure(course, name, _OF_A_CHAPTER, _EVERY_WAY[2:])
