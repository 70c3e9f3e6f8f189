"""`python -m benchmarks list`, `python -m benchmarks NAME ...` for one, without a name for all."""

from __future__ import annotations

import resource
import sys
import time
from importlib import import_module
from pathlib import Path

_HERE = Path(__file__).parent


def _known() -> dict[str, str]:
    """Each benchmark's name -> the first line of what it says of itself."""
    names = sorted(path.stem for path in _HERE.glob("*.py") if not path.stem.startswith("_"))
    return {name: _said(name) for name in names}


def _said(name: str) -> str:
    return (import_module(f"benchmarks.{name}").__doc__ or "").strip().split("\n")[0]


def main(arguments: list[str]) -> None:
    """Run the benchmark named first, with the other arguments; without a name run all."""
    known = _known()
    if arguments and arguments[0] in ("-h", "--help", "list"):
        print("\n".join(f"{name:16}{said}" for name, said in known.items()))
    elif arguments and arguments[0] not in known:
        sys.exit(f"no benchmark is called {arguments[0]!r}; there are: {', '.join(known)}")
    else:
        for name in arguments[:1] or known:
            print(f"\n== {name}: {known[name]}\n", flush=True)
            started, spent = time.monotonic(), _processor()
            import_module(f"benchmarks.{name}").main(arguments[1:])
            if "--one" not in arguments:  # a contender's last line is what it measured
                minutes = (time.monotonic() - started) / 60, (_processor() - spent) / 60
                print("\n{} took {:.1f} minutes, {:.1f} of processor".format(name, *minutes))


def _processor() -> float:
    """Seconds of processor so far, of this process and those it has waited for."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main(sys.argv[1:])
