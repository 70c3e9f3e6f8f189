"""Run snippets in a sandboxed child and print what each came to, as JSON: a script for tests.

``python confined.py ISOLATION < snippets.json``; tests run it as root and as an ordinary user.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.trusted.session import Session
from ecomlab.classroom.grading.trusted.zygote import Zygote


def main() -> None:
    """Read snippets by name, run each in a fork of its own, print their outcomes."""
    isolation = sys.argv[1]
    lacking = sandbox.missing(isolation)
    if lacking:
        print(json.dumps({"lacking": lacking}))
        return
    snippets = json.load(sys.stdin)
    zygote = Zygote(sandbox.plan(isolation, memory_mb=512, hidden=[Path("/nowhere")]))
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "data.txt").write_text("rows")
        Path(folder, "link").symlink_to("/etc/hostname")
        Path(folder, "nb.ipynb").write_text("{}")
        for name, code in snippets.items():
            session = Session(zygote, folder, folder, shops=["seed-1"], grace=1)
            said: list[str] = []

            def take(message: dict, said: list[str] = said) -> None:
                content = message["content"]
                if message["msg_type"] == "stream":
                    said.append(content["text"].strip())
                elif message["msg_type"] == "error":
                    said.append(content["ename"])

            outcome = session.run(code, 1, 10, take)
            found[name] = " ".join(filter(None, [*said, outcome.ended and "ENDED"]))
            session.close()
    zygote.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
