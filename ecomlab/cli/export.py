"""``ecomlab export``: write an assignment's grades in the columns of a learning platform."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ecomlab.cli import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="the assignment, e.g. market")
    parser.add_argument("--course", default=".", help="the course's folder (default: this one)")
    parser.add_argument("--lms", choices=("canvas", "moodle", "csv"), default="csv")
    parser.add_argument("--db", metavar="URL", help="the gradebook, if not the configured one")
    parser.add_argument("--to", metavar="FILE", help="where to write (default: the screen)")


def run(args: argparse.Namespace) -> int:
    """Write the table."""
    from ecomlab.classroom.export import read_marks, to_text
    from ecomlab.classroom.grading.record.courses import GradingError

    target = Path(args.to).resolve() if args.to else None
    if target and not target.parent.is_dir():
        raise UsageError(f"there is no folder {str(target.parent)!r}")
    try:
        sheet = read_marks(args.assignment, Path(args.course).resolve(), args.db)
    except GradingError as error:
        raise UsageError(str(error)) from None
    text = to_text(sheet, args.lms)
    if target is None:
        sys.stdout.write(text)
        return 0
    target.write_text(text, encoding="utf-8")
    waiting = sum(m.needs_manual_grade for m in sheet.rows)
    note = f"; {waiting} still need a manual grade" if waiting else ""
    print(f"wrote {len(sheet.rows)} students to {target}{note}")
    return 0
