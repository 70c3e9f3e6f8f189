"""``ecomlab grade``: grade an assignment as nbgrader would, fast and sealed."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ecomlab.cli import UsageError
from ecomlab.style import LANGUAGES, Say, in_language

if TYPE_CHECKING:
    from ecomlab.classroom.grading.trusted.submission import Result

_STATUS = {"graded": "已批改", "flagged": "已批改，有标记", "failed": "失败"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="the assignment, e.g. market")
    parser.add_argument("--course", default=".", help="the course's folder (default: this one)")
    parser.add_argument("--students", default="*", metavar="GLOB", help="which students")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="how many at once")
    parser.add_argument(
        "--isolation",
        choices=("strict", "basic", "none"),
        default="strict",
        help="how submissions are walled in; basic needs no namespaces, none is for trusted ones",
    )
    parser.add_argument("--timeout", type=int, metavar="S", help="seconds that a cell may take")
    parser.add_argument(
        "--memory", type=int, default=2048, metavar="MB", help="memory of a submission"
    )
    parser.add_argument("--db", metavar="URL", help="the gradebook, if not the configured one")
    parser.add_argument(
        "--compare",
        type=int,
        default=0,
        metavar="N",
        help="grade N submissions with nbgrader too, and print every difference",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--resume",
        action="store_false",
        dest="again",
        help="only what is new, submitted again, or was left by a stopped run (default)",
    )
    which.add_argument("--again", action="store_true", help="also what was graded before")
    parser.add_argument("--report", metavar="FILE", help="write the full report as JSON")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language it speaks")
    parser.set_defaults(again=False)
    parser.epilog = (
        "Marks and notebooks are nbgrader's own, save for a few cases: docs/grading.md lists them, "
        "and --compare names them where they occur."
    )


def run(args: argparse.Namespace) -> int:
    """Grade; 1 when a submission failed or nbgrader's grades differ for no reason known."""
    from ecomlab.classroom.grading import compare
    from ecomlab.classroom.grading.record.courses import GradingError
    from ecomlab.classroom.grading.record.gradebook import GradebookError
    from ecomlab.classroom.grading.run import grade
    from ecomlab.classroom.grading.sandbox import Unavailable
    from ecomlab.classroom.grading.trusted.zygote import ZygoteError
    from ecomlab.classroom.grading.words import in_chinese

    say, told = in_language(args.lang), (in_chinese if args.lang == "zh" else str)
    report_file = Path(args.report).resolve() if args.report else None
    if report_file and not report_file.parent.is_dir():
        raise UsageError(told(f"there is no folder {str(report_file.parent)!r} for the report"))
    if args.compare < 0:
        raise UsageError(told(f"--compare needs a positive number, not {args.compare}"))
    course = Path(args.course).resolve()
    try:
        with compare.before(course, args.compare, args.db) as twin:
            report = grade(
                args.assignment,
                course=course,
                students=args.students,
                workers=args.workers,
                isolation=args.isolation,
                timeout=args.timeout,
                memory=args.memory,
                again=args.again,
                accepted=partial(_begin, say, args.assignment),
                progress=partial(_show, say),
                db_url=args.db,
            )
            if twin is not None:
                report.differences = compare.after(twin, course, report, args.compare)
    except (GradingError, GradebookError, Unavailable, ZygoteError) as error:
        raise UsageError(told(str(error))) from None
    if report_file:
        report.write(report_file)
    print(report.summary(args.lang))
    if report.differences:
        print(compare.told(report.differences, args.lang))
    return int(bool(report.counts["failed"] or compare.unexplained(report.differences)))


def _begin(say: Say, assignment: str, todo: int) -> None:
    _tell(
        say(
            en=f"{assignment}: the reference solution runs first, then {todo} submission(s)",
            zh=f"{assignment}：先运行参考答案，再批改 {todo} 份作业",
        )
    )


def _show(say: Say, result: Result, done: int, total: int, left: float) -> None:
    status = say(en=result.status, zh=_STATUS.get(result.status, result.status))
    marks = "" if result.score is None else f" {result.score:g}/{result.max_score:g}"
    rest = say(en=f"{time_left(left, say)} left", zh=f"还需 {time_left(left, say)}")
    _tell(f"[{done}/{total}] {result.student} {status}{marks}  {rest}")


def time_left(seconds: float, say: Say) -> str:
    """A time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    short = say(en=f"{rest} s", zh=f"{rest} 秒")
    return say(en=f"{minutes} min {short}", zh=f"{minutes} 分 {short}") if minutes else short


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
