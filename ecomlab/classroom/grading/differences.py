"""Where grading differs from nbgrader's on purpose; everywhere else the two are the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One case, and what becomes of it."""

    case: str
    nbgrader: str
    here: str


DIFFERENCES = {
    "crash": Difference(
        "the process that runs a notebook ends: a crash, no memory left, `os._exit`",
        "the submission is not graded",
        "that cell and those after it fail, the marks before stay; flagged",
    ),
    "skipped": Difference(
        "a test is tagged `skip-execution`",
        "full marks",
        "it is run; flagged",
    ),
    "copied": Difference(
        "a cell was copied, metadata and all",
        "no marks for it; a copy with empty metadata stops the class",
        "the last copy counts, the others are plain cells; flagged",
    ),
    "edited": Difference(
        "points, kind, lock, name or schema of a graded cell were changed, or such cells added",
        "most is put back, in silence; an older schema stops the class",
        "the gradebook's own record counts; flagged",
    ),
    "link": Difference(
        "links, and files that are not plain ones or too large, were handed in",
        "links are followed, into `autograded` and feedback",
        "they are left out; flagged",
    ),
    "credit": Difference(
        "a test's last expression is no number where points are due, or out of range",
        "full marks, or the submission is not graded",
        "no marks; flagged",
    ),
    "cap": Difference(
        "more than 1 MB of text or 10 MB of displays in a cell, 50 MB in a notebook",
        "all is kept",
        "the rest is dropped with a note; flagged",
    ),
    "files": Difference(
        "a notebook writes links, notebooks, over the instructor's files, or more than 500 files"
        " or 64 MB",
        "all is kept",
        "these are left out; flagged where anything of the student's own is lost",
    ),
    "walls": Difference(
        "a cell runs programs (`!ls`), or reaches for the network or other folders",
        "it may",
        "that cell fails",
    ),
    "sealed": Difference(
        "an answer is an object that only says it is equal, or a subclass of a number",
        "it passes where its own comparison says so",
        "tests see data; what is not data equals nothing",
    ),
    "hidden": Difference(
        "hidden tests in `autograded` and in feedback",
        "their text is shown",
        "a reason and a hint are shown instead",
    ),
}


def table() -> str:
    """The differences as a Markdown table."""
    rows = [f"| {d.case} | {d.nbgrader} | {d.here} |" for d in DIFFERENCES.values()]
    return "\n".join(["| case | nbgrader | `ecomlab grade` |", "|---|---|---|", *rows])
