"""``ecomlab doctor``: check this installation and say what to do about each fault."""

from __future__ import annotations

import argparse

from ecomlab.classroom import doctor
from ecomlab.style import LANGUAGES, in_language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the findings")


def run(args: argparse.Namespace) -> int:
    """Print one line a check; 1 when something is wrong."""
    say = in_language(args.lang)
    status = 0
    for finding in doctor.examine(args.lang, doctor.checkout_folder()):
        if finding.healthy:
            print(say(en="ok    ", zh="正常  "), f"{finding.name}: {finding.found}", flush=True)
        else:
            status = 1
            print(
                say(en="FAULT ", zh="故障  "),
                f"{finding.name}: {finding.found} -> {finding.remedy}",
                flush=True,
            )
    return status
