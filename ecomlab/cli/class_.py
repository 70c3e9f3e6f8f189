"""``ecomlab class``: play a whole synthetic class through the loop."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ecomlab.cli import UsageError
from ecomlab.style import LANGUAGES, in_language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    demo = what.add_parser("demo", help="24 students hand in a chapter, and are graded")
    demo.add_argument("chapter", nargs="?", default="market", help="which (default: market)")
    demo.add_argument("--course", default="course", help="the built course (default: course)")
    demo.add_argument("--to", default="class-demo", metavar="FOLDER", help="a new folder")
    demo.add_argument("--workers", type=int, default=2, metavar="N")
    demo.add_argument("--isolation", choices=("strict", "basic", "none"), default="strict")
    demo.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the summary")
    demo.add_argument("--seed", type=int, default=1, help="decides who errs where")


def run(args: argparse.Namespace) -> int:
    """Play the class and print its gradebook."""
    from ecomlab.classroom.demo import play
    from ecomlab.classroom.grading.record.courses import GradingError
    from ecomlab.classroom.grading.sandbox import Unavailable

    def show(result, done: int, total: int, left: float) -> None:
        print(f"\r[{done}/{total}] about {left:.0f} s left ", end="", file=sys.stderr, flush=True)

    try:
        demo = play(
            args.chapter,
            course=Path(args.course).resolve(),
            folder=Path(args.to).resolve(),
            workers=args.workers,
            isolation=args.isolation,
            seed=args.seed,
            progress=show,
        )
    except (GradingError, Unavailable) as error:
        raise UsageError(str(error)) from None
    print(file=sys.stderr)
    print(demo.table(args.lang))
    print(f"\n{demo.report.summary(args.lang)}")
    pages = in_language(args.lang)(
        en=f"{demo.feedback} feedback pages; everything is in {demo.folder}",
        zh=f"{demo.feedback} 份反馈；全部文件在 {demo.folder}",
    )
    print(f"\n{pages}")
    return 0
