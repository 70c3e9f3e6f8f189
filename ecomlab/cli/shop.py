"""``ecomlab shop``: build the shipped shop, or simulate one of any size to Parquet."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ecomlab.cli import UsageError
from ecomlab.style import LANGUAGES, Say, in_language

if TYPE_CHECKING:
    from ecomlab.shop.stream import Progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-verbs and their options."""
    verbs = parser.add_subparsers(dest="what", metavar="build|simulate", required=True)
    line = "make datasets/shop/*.parquet and the data dictionary again"
    build = verbs.add_parser("build", help=line, description=line)
    build.add_argument(
        "--datasets", type=Path, help="the folder of the data sets (this installation's)"
    )
    line = "simulate a shop to a folder of Parquet files; run it again to go on after a stop"
    simulate = verbs.add_parser("simulate", help=line, description=line)
    simulate.add_argument(
        "--out", type=Path, required=True, help="a new folder, or one to go on in"
    )
    simulate.add_argument("--seed", type=int, default=1, help="whose shop (1)")
    simulate.add_argument("--customers", type=int, default=20_000, help="its size (20000)")
    simulate.add_argument("--days", type=int, default=730, help="days from 2024-01-01 (730)")
    simulate.add_argument(
        "--chunk-days", type=int, help="days written at a time (as many as memory allows)"
    )
    for command in (build, simulate):
        command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of messages")


def run(args: argparse.Namespace) -> int:
    """Do it, telling how far it is."""
    say = in_language(args.lang)
    return _build(args, say) if args.what == "build" else _simulate(args, say)


def _build(args: argparse.Namespace, say: Say) -> int:
    from ecomlab.datasets import folder
    from ecomlab.shop.ship import ship
    from ecomlab.shop.tables import TABLES

    target = args.datasets or folder()
    print(say(en="Simulating the shipped shop ...", zh="正在模拟随附的店铺……"), flush=True)
    try:
        place = ship(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error}") from None
    size = sum(file.stat().st_size for file in place.glob("*.parquet")) / 1e6
    print(
        say(
            en=f"{len(TABLES)} tables written to {place} ({size:.1f} MB), and {target}/README.md.",
            zh=f"{len(TABLES)} 张表已写入 {place}（{size:.1f} MB），并更新 {target}/README.md。",
        )
    )
    return 0


def _simulate(args: argparse.Namespace, say: Say) -> int:
    from ecomlab.shop.stream import stream
    from ecomlab.shop.world import World

    try:
        world = World.draw(args.seed, customers=args.customers)
        stream(
            world,
            args.out,
            days=args.days,
            chunk_days=args.chunk_days,
            wait=False,
            progress=_teller(say),
        )
    except BlockingIOError:
        raise UsageError(f"another process is writing to {args.out}") from None
    except OSError as error:
        raise UsageError(f"cannot write to {args.out}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    print(
        say(
            en=f"The shop is whole. Open it with ecomlab.open_shop(folder={str(args.out)!r}).",
            zh=f"店铺数据已完整写出，可用 ecomlab.open_shop(folder={str(args.out)!r}) 打开。",
        )
    )
    return 0


def _teller(say: Say) -> Callable[[Progress], None]:
    """Print a line for each chunk, with the time left at the speed so far."""
    begun = time.monotonic()

    def tell(now: Progress) -> None:
        done, to_do = now.day - now.began, now.days - now.day
        if done:
            left = _clock((time.monotonic() - begun) / done * to_do)
            print(
                say(
                    en=f"day {now.day} of {now.days} written; about {left} left",
                    zh=f"已写出第 {now.day} 天，共 {now.days} 天；约剩 {left}",
                ),
                flush=True,
            )
        elif now.began:
            print(
                say(en=f"Going on after day {now.began}.", zh=f"从第 {now.began} 天之后继续。"),
                flush=True,
            )
        else:
            print(say(en="Simulating ...", zh="正在模拟……"), flush=True)

    return tell


def _clock(seconds: float) -> str:
    """A time as minutes and seconds.

    Examples
    --------
    >>> _clock(83.2)
    '1:23'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
