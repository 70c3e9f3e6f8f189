"""The commands that this environment brings, found wherever it is called from."""

from __future__ import annotations

import os
import sysconfig


def put_on_path() -> None:
    """Let child processes find this environment's commands by name.

    nbgrader runs ``alembic`` by its bare name whenever it opens a gradebook, which fails where
    the environment was not activated (``.venv/bin/ecomlab ...``).
    """
    scripts = sysconfig.get_path("scripts")
    known = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in known:
        os.environ["PATH"] = os.pathsep.join([scripts, *known])
