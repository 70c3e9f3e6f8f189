"""The ``ecomlab`` command: one module per verb, imported only when its verb is called.

Each module offers ``add_arguments(parser)`` and ``run(args) -> int`` (the exit status). What a
verb does lives in the floors below; a verb only reads its arguments and prints.
"""

from __future__ import annotations

import argparse
import keyword
import sys
from collections.abc import Sequence
from importlib import import_module

VERBS = {
    "lab": "open the course in JupyterLab",
    "doctor": "check this installation and say what to do about each fault",
    "build": "build the lessons: source, release and executed solutions",
    "shop": "build the shipped shop, or simulate one of any size to Parquet",
    "grade": "grade an assignment as nbgrader would, fast and sealed",
    "export": "write an assignment's grades in the columns of a learning platform",
    "class": "play a whole synthetic class through the loop",
}


class UsageError(Exception):
    """What the user asked for cannot be done; the message says why, and is all they see."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; print a clear line and return 2 where the request cannot be met."""
    argv = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="ecomlab", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    module = None
    for verb, line in VERBS.items():
        command = commands.add_parser(verb, help=line, description=line)
        if argv[:1] == [verb]:
            # A verb that is one of Python's own words has a file with an underscore.
            module = import_module(f"ecomlab.cli.{verb}{'_' * keyword.iskeyword(verb)}")
            module.add_arguments(command)
    args = parser.parse_args(argv)
    assert module is not None
    try:
        return module.run(args)
    except UsageError as error:
        print(f"ecomlab {args.verb}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\necomlab {args.verb}: interrupted; what was finished is kept", file=sys.stderr)
        return 130
