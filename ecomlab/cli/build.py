"""``ecomlab build``: lessons in, notebooks out."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecomlab.cli import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "only", nargs="?", metavar="CHAPTER[/SECTION]", help="build these lessons only"
    )
    parser.add_argument(
        "--course", type=Path, default=Path("course"), help="the course directory (course)"
    )
    parser.add_argument(
        "--solutions", type=Path, default=Path("solutions"), help="where executed notebooks go"
    )
    parser.add_argument(
        "--no-solutions", action="store_true", help="do not execute the solutions again"
    )


def run(args: argparse.Namespace) -> int:
    from ecomlab.classroom import build

    if not (args.course / "nbgrader_config.py").is_file():
        raise UsageError(
            f"{args.course} is no course directory (it has no nbgrader_config.py);"
            " run this in the checkout, or name one with --course"
        )
    try:
        paths = build.find_lessons(args.course / "lessons", args.only)
        lessons = [build.read_lesson(path) for path in paths]
        build.build_release(args.course, lessons)
        print(f"{len(lessons)} lesson(s) built into {args.course}/source and {args.course}/release")
        if not args.no_solutions:
            build.build_solutions(args.solutions, lessons)
    except (build.LessonError, build.ReleaseError, build.SolutionError) as error:
        raise UsageError(str(error)) from error
    return 0
