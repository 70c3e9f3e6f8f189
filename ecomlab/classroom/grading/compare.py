"""Grade some submissions with stock nbgrader too, in a copy of the course, and compare all."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade

from ecomlab.classroom.grading.differences import DIFFERENCES
from ecomlab.classroom.grading.record.courses import GradingError, load_config
from ecomlab.classroom.grading.report import Report
from ecomlab.classroom.grading.trusted.submission import Result
from ecomlab.classroom.scripts import put_on_path
from ecomlab.style import Say, in_language

_AT_A_WALL = {"PermissionError", "ConnectionRefusedError", "OSError"}
_NOT_SHOWN = re.compile(r"FileNotFoundError.*'(/|\.\./|~)")
# What differs from run to run: a kernel's scratch folder, addresses, random ids. A path is looked
# for only where a word begins: a flood of letters would cost the square of its length.
_VOLATILE = re.compile(
    r"(?<![\w./-])[\w./-]*ipykernel_\d+|\b0x[0-9a-f]{6,}\b|\b[0-9a-f]{32}\b"
    r"|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
)


@contextlib.contextmanager
def before(course: Path, count: int, db_url: str | None) -> Iterator[Path | None]:
    """A copy of the course's gradebook and settings from before a run; None for no comparison.

    Raises
    ------
    GradingError
        If the gradebook is not a SQLite file, which can be copied.
    """
    if not count:
        yield None
        return
    directory = CourseDirectory(config=load_config(course), root=str(course))
    url = db_url or directory.db_url
    if not url.startswith("sqlite:///"):
        raise GradingError("--compare copies the gradebook, so it needs a SQLite one")
    with tempfile.TemporaryDirectory(prefix="ecomlab-compare-") as folder:
        twin = Path(folder)
        if Path(url.removeprefix("sqlite:///")).exists():
            shutil.copy(url.removeprefix("sqlite:///"), twin / "gradebook.db")
        yield twin


def after(twin: Path, course: Path, report: Report, count: int) -> dict[str, Any]:
    """Grade the first of the run's submissions in the copy, and list every difference.

    Returns
    -------
    dict
        ``students``, ``values`` and ``outputs`` that differ, each with the kinds of difference on
        purpose that account for it, how many were compared, and the seconds that nbgrader took
        for a submission.
    """
    directory = CourseDirectory(config=load_config(course), root=str(course))
    chosen = [r.student for r in report.of("graded") + report.of("flagged")][:count]
    if not chosen:
        return {}
    source = directory.format_path(directory.source_directory, ".", report.assignment)
    other = CourseDirectory(config=load_config(course), root=str(twin))
    shutil.copytree(source, other.format_path(other.source_directory, ".", report.assignment))
    for student in chosen:
        shutil.copytree(
            directory.format_path(directory.submitted_directory, student, report.assignment),
            other.format_path(other.submitted_directory, student, report.assignment),
            symlinks=True,
        )
    begun = time.monotonic()
    stock(twin, report.assignment, "*", told_by=course)
    # One submission may have stopped the rest; by itself each gets its chance.
    folders = {
        s: Path(other.format_path(other.autograded_directory, s, report.assignment)) for s in chosen
    }
    for student in [s for s in chosen if not folders[s].is_dir()]:
        stock(twin, report.assignment, student, told_by=course)
    failed = [s for s in chosen if not folders[s].is_dir()]
    seconds = (time.monotonic() - begun) / len(chosen)
    ours = _values(directory.db_url, directory.course_id, report.assignment, chosen)
    url = f"sqlite:///{twin / 'gradebook.db'}"
    theirs = _values(url, directory.course_id, report.assignment, chosen)
    results = {r.student: r for r in report.results}
    values = [
        {
            "what": key,
            "ours": ours.get(key),
            "nbgrader": theirs.get(key),
            "on_purpose": _purposes(results, key),
        }
        for key in sorted(set(ours) | set(theirs))
        if ours.get(key) != theirs.get(key)
    ]
    outputs, compared = [], 0
    for student in chosen:
        if student not in failed:
            differing, number = _outputs(directory, other, student, report.assignment)
            outputs += [
                {"what": what, "on_purpose": ["walls"] if refused else _purposes(results, test)}
                for what, test, refused in differing
            ]
            compared += number
    return {
        "students": chosen,
        "nbgrader_failed": failed,
        "values": values,
        "values_compared": len(set(ours) | set(theirs)),
        "outputs": outputs,
        "outputs_compared": compared,
        "nbgrader_seconds": round(seconds, 2),
    }


def _purposes(results: Mapping[str, Result], where: str) -> list[str]:
    """The kinds of difference that a student's submission, notebook or cell may show."""
    student, _, place = where.partition("/")
    result = results[student]
    sealed = any(f"{test}/".startswith(f"{place}/") for test in result.not_data)
    return sorted({*result.kinds, *(["sealed"] if sealed else [])})


def unexplained(found: dict[str, Any]) -> list[str]:
    """The places of differing gradebook values that no difference on purpose accounts for."""
    return [v["what"] for v in found.get("values", ()) if not v["on_purpose"]]


def told(found: dict[str, Any], lang: str = "en") -> str:
    """The comparison in words, in ``"en"`` or ``"zh"``."""
    say = in_language(lang)
    students, seconds = len(found["students"]), found["nbgrader_seconds"]
    values, outputs = len(found["values"]), len(found["outputs"])
    lines = [
        say(
            en=f"compared with nbgrader on {students} submission(s), which took it {seconds} s"
            f" each: {values} of {found['values_compared']} gradebook values and {outputs} of"
            f" {found['outputs_compared']} cells' outputs differ",
            zh=f"与 nbgrader 对照 {students} 份（它每份用时 {seconds} 秒）："
            f"成绩册 {found['values_compared']} 项中有 {values} 项不同，"
            f"{found['outputs_compared']} 个单元格的输出中有 {outputs} 个不同",
        )
    ]
    for student in found["nbgrader_failed"]:
        lines.append(
            say(en=f"  nbgrader could not grade {student}", zh=f"  nbgrader 无法批改 {student}")
        )
    for value in found["values"]:
        what, ours, theirs = value["what"], value["ours"], value["nbgrader"]
        line = say(
            en=f"  {what}: {ours} here, {theirs} by nbgrader",
            zh=f"  {what}：这里是 {ours}，nbgrader 是 {theirs}",
        )
        lines.append(line + _purpose(value, say))
    for output in found["outputs"]:
        line = say(en=f"  output of {output['what']}", zh=f"  {output['what']} 的输出")
        lines.append(line + _purpose(output, say))
    every = [*found["values"], *found["outputs"]]
    for kind in sorted({kind for difference in every for kind in difference["on_purpose"]}):
        case = DIFFERENCES[kind][lang]
        lines.append(
            say(
                en=f"{kind}: {case.case}. nbgrader: {case.nbgrader}; here: {case.here}",
                zh=f"{kind}：{case.case}。nbgrader：{case.nbgrader}；这里：{case.here}",
            )
        )
    return "\n".join(lines)


def _purpose(difference: dict[str, Any], say: Say) -> str:
    kinds = ", ".join(difference["on_purpose"])
    return say(en=f" (on purpose: {kinds})", zh=f"（有意为之：{kinds}）") if kinds else ""


def stock(course: Path, assignment: str, student: str, *, told_by: Path | None = None) -> None:
    """nbgrader's own autograde, with a gradebook that lies in the course's folder.

    The configuration is read in ``told_by``, if given, as it may name files that lie beside it.
    """
    from nbgrader.apps import NbGraderAPI

    put_on_path()
    config = load_config(told_by or course)
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    api = NbGraderAPI(CourseDirectory(config=config, root=str(course)), config=config)
    api.log.setLevel(logging.CRITICAL)
    with _silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api.autograde(assignment, student, force=True)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep to itself what nbgrader and its kernels, which inherit the descriptor, say of a run."""
    sys.stderr.flush()
    told, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        os.dup2(told, 2)
        os.close(told)
        os.close(nowhere)


def _values(
    db_url: str, course_id: str, assignment: str, students: list[str]
) -> dict[str, dict[str, Any]]:
    """Everything that grading writes, by its place."""
    found: dict[str, dict[str, Any]] = {}
    with Gradebook(db_url, course_id) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            if submission.student.id not in students:
                continue
            place = submission.student.id
            found[place] = {"timestamp": str(submission.timestamp)}
            for notebook in submission.notebooks:
                here = f"{place}/{notebook.name}"
                penalty = notebook.late_submission_penalty
                found[here] = {"score": notebook.score, "late_submission_penalty": penalty}
                for grade in notebook.grades:
                    fields = ("auto_score", "manual_score", "extra_credit", "needs_manual_grade")
                    found[f"{here}/{grade.name}"] = {f: getattr(grade, f) for f in fields}
                for comment in notebook.comments:
                    texts = {f: getattr(comment, f) for f in ("auto_comment", "manual_comment")}
                    found[f"{here}/{comment.name} (comment)"] = texts
    return found


def _outputs(
    ours: CourseDirectory, theirs: CourseDirectory, student: str, assignment: str
) -> tuple[list[tuple[str, str, bool]], int]:
    """Cells whose outputs differ, and how many were compared.

    With the cell's name and whether it ran into a wall; tests with hidden parts are left out, as
    their text is left out here.
    """
    folders = [
        Path(d.format_path(d.autograded_directory, student, assignment)) for d in (ours, theirs)
    ]
    differing, compared = [], 0
    for path in sorted(folders[1].glob("*.ipynb")):
        pair = [nbformat.read(f / path.name, as_version=4) for f in folders]
        for place, (one, other) in enumerate(zip(*(n.cells for n in pair), strict=True)):
            if one.cell_type != "code" or (is_grade(one) and one.source != other.source):
                continue
            compared += 1
            if comparable(one) != comparable(other):
                here = f"{student}/{path.stem}"
                name = one.metadata.get("nbgrader", {}).get("grade_id", "")
                differing.append((f"{here}, cell {place}", f"{here}/{name}", _refused(one)))
    return differing, compared


def _refused(cell: Any) -> bool:
    """Whether a cell ran into a wall."""
    errors = [o for o in cell.outputs if o.output_type == "error"]
    return any(o.ename in _AT_A_WALL or _NOT_SHOWN.match(f"{o.ename}{o.evalue}") for o in errors)


def comparable(cell: Any) -> list[Any]:
    """Outputs without what differs from run to run; a stream's pieces put together."""
    merged: list[Any] = []
    for output in cell.outputs:
        text = output.get("text")
        if text is not None and merged and merged[-1][0] == output.name:
            merged[-1][1] += text
        else:
            key = output.name if text is not None else output.output_type
            merged.append([key, text if text is not None else str(_in_order(output))])
    return [(kind, _VOLATILE.sub("~", text)) for kind, text in merged]


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return value
