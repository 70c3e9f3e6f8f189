"""``ecomlab lab``: open the course in JupyterLab."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ecomlab.classroom import opening, workcopy
from ecomlab.cli import UsageError
from ecomlab.style import LANGUAGES, Say, in_language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the course")
    parser.add_argument(
        "--teach",
        action="store_true",
        help="start in course/, with nbgrader's formgrader, for instructors",
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--port", type=_port, help="the port to listen on (the first free one from 8888)"
    )
    parser.add_argument(
        "extra", nargs="*", metavar="-- ARGUMENT", help="more arguments, for JupyterLab"
    )


def run(args: argparse.Namespace) -> int:
    """Refresh the student's copy and run JupyterLab until it is stopped."""
    try:
        home = opening.find_course(Path.cwd())
        folder = home / "course" if args.teach else _student_folder(home, args.lang)
        say = in_language(args.lang)
        print(
            say(
                en=f"Opening {_short(folder)} in JupyterLab; stop it with Ctrl-C.",
                zh=f"正在用 JupyterLab 打开 {_short(folder)}；按 Ctrl-C 停止。",
            ),
            flush=True,
        )
        opening.start_lab(
            folder,
            args.lang,
            teach=args.teach,
            browser=not args.no_browser,
            port=args.port,
            extra=args.extra,
        )
    except opening.CannotOpen as error:
        raise UsageError(str(error)) from None
    return 0


def _student_folder(home: Path, lang: str) -> Path:
    """The student's folder, refreshed; what changed in it is told in their language."""
    release, work = home / "course" / "release" / lang, home / "work" / lang
    if not any(name.endswith(".ipynb") for name in workcopy.released_files(release)):
        raise UsageError(
            f"no notebook has been released in {_short(release)} yet; build them: ecomlab build"
        )
    try:
        refreshed = workcopy.refresh(release, work)
    except OSError as error:
        raise UsageError(f"cannot copy the course to {_short(work)}: {error}") from None
    _tell(refreshed, in_language(lang))
    return work


def _tell(refreshed: workcopy.Refreshed, say: Say) -> None:
    """Print what became of the student's copy; a file they must know of is named, always."""
    if refreshed.new:
        listed = _shortened(refreshed.new, say)
        print(say(en=f"Copied for you: {listed}.", zh=f"已为你复制：{listed}。"))
    if refreshed.updated:
        listed = _shortened(refreshed.updated, say)
        print(say(en=f"Brought up to date: {listed}.", zh=f"已更新到最新版本：{listed}。"))
    if refreshed.kept:
        listed = say(en=", ", zh="、").join(refreshed.kept)
        print(
            say(
                en=f"The course has newer versions of what you changed: {listed}.\n"
                "Yours were left as they are; to get a new one, rename or delete yours "
                "and start again.",
                zh=f"你改动过的文件在课程中有了新版本：{listed}。\n"
                "你的文件已原样保留；如需新版本，请将自己的文件改名或删除，再重新启动。",
            )
        )


def _shortened(files: Sequence[str], say: Say) -> str:
    """File names for a sentence, a long list cut after three."""
    first = say(en=", ", zh="、").join(files[:3])
    if len(files) <= 3:
        return first
    return say(en=f"{first} and {len(files) - 3} more", zh=f"{first}等 {len(files)} 个文件")


def _short(folder: Path) -> str:
    """A folder as seen from the working directory."""
    return str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)


def _port(text: str) -> int:
    """A port number from the command line."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; ports are 1 to 65535")
    return int(text)
