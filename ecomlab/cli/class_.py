"""``ecomlab class``: play a whole synthetic class through the loop."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ecomlab.cli import UsageError
from ecomlab.cli.grade import time_left
from ecomlab.style import LANGUAGES, Say, in_language

if TYPE_CHECKING:
    from ecomlab.classroom.grading.trusted.submission import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    demo = what.add_parser("demo", help="24 students hand in a chapter, and are graded")
    demo.add_argument("chapter", nargs="?", default="market", help="which (default: market)")
    demo.add_argument("--course", default="course", help="the built course (default: course)")
    demo.add_argument("--to", default="class-demo", metavar="FOLDER", help="a new folder")
    demo.add_argument("--workers", type=int, default=2, metavar="N")
    demo.add_argument("--isolation", choices=("strict", "basic", "none"), default="strict")
    demo.add_argument("--lang", choices=LANGUAGES, default="en", help="language it speaks")
    demo.add_argument("--seed", type=int, default=1, help="decides who errs where")


def run(args: argparse.Namespace) -> int:
    """Play the class and print its gradebook."""
    from ecomlab.classroom.demo import play
    from ecomlab.classroom.grading.record.courses import GradingError
    from ecomlab.classroom.grading.sandbox import Unavailable
    from ecomlab.classroom.grading.words import in_chinese

    say = in_language(args.lang)

    def show(result: Result, done: int, total: int, left: float) -> None:
        rest = time_left(left, say)
        line = say(en=f"{rest} left", zh=f"还需 {rest}")
        print(f"\r[{done}/{total}] {line}    ", end="", file=sys.stderr, flush=True)
        if done == total:
            print(file=sys.stderr)

    def stage(name: str) -> None:
        print(_stages(say)[name], file=sys.stderr, flush=True)

    try:
        demo = play(
            args.chapter,
            course=Path(args.course).resolve(),
            folder=Path(args.to).resolve(),
            workers=args.workers,
            isolation=args.isolation,
            seed=args.seed,
            stage=stage,
            progress=show,
        )
    except (GradingError, Unavailable) as error:
        raise UsageError(in_chinese(str(error)) if args.lang == "zh" else str(error)) from None
    print(demo.table(args.lang))
    print(f"\n{demo.report.summary(args.lang)}")
    pages = say(
        en=f"{demo.feedback} feedback pages; everything is in {demo.folder}",
        zh=f"{demo.feedback} 份反馈；全部文件在 {demo.folder}",
    )
    print(f"\n{pages}")
    return 0


def _stages(say: Say) -> dict[str, str]:
    return {
        "release": say(
            en="the chapter is released, 24 students hand in", zh="发布章节，24 名学生交作业"
        ),
        "grade": say(
            en="the reference solution runs first, then each submission",
            zh="先运行参考答案，再逐份批改",
        ),
        "feedback": say(en="feedback is written", zh="生成反馈"),
    }
