"""Open the course in JupyterLab: the student's copy, or the instructor's course directory."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ecomlab.classroom.scripts import put_on_path

LOCALES = {"en": "default", "zh": "zh_CN"}

# The student's JupyterLab keeps nbgrader's Validate; the rest of nbgrader needs a course directory
# or an exchange folder, which a student has not, and would only answer with errors.
PANELS_FOR_INSTRUCTORS = [
    "@jupyter/nbgrader:assignment-list",
    "@jupyter/nbgrader:course-list",
    "@jupyter/nbgrader:create-assignment",
    "@jupyter/nbgrader:formgrader",
    "@jupyter/nbgrader:menu",
    "jupyterlab-jupytext",
]
SERVICES_FOR_INSTRUCTORS = [
    "jupyterlab_jupytext",
    "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.course_list",
    "nbgrader.server_extensions.formgrader",
]


class CannotOpen(Exception):
    """The course cannot be opened as asked; the message says why and what to do."""


def find_course(start: Path) -> Path:
    """The nearest folder at or above ``start``, else the package's own, that holds the course.

    Parameters
    ----------
    start
        Where to begin, usually the working directory.

    Returns
    -------
    Path
        The folder that holds ``course/``.

    Raises
    ------
    CannotOpen
        If there is no course to be found.
    """
    start = start.resolve()
    for folder in (start, *start.parents, Path(__file__).parents[2]):
        if (folder / "course" / "nbgrader_config.py").is_file():
            return folder
    raise CannotOpen(
        f"no course in {start} or above it; start from the folder that holds course/ "
        "(the one that `git clone` made)"
    )


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether a browser opened from here would be seen by the one who asked.

    Parameters
    ----------
    platform
        As in ``sys.platform``.
    environment
        As in ``os.environ``.

    Examples
    --------
    >>> has_screen("linux", {})
    False
    >>> has_screen("linux", {"DISPLAY": ":0"})
    True
    >>> has_screen("darwin", {"SSH_CONNECTION": "198.51.100.7 50000 198.51.100.8 22"})
    False
    """
    if environment.get("BROWSER"):
        return True
    if platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in environment
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def arguments(folder: Path, *, browser: bool, port: int | None, root_user: bool) -> list[str]:
    """JupyterLab's command line for a folder.

    Parameters
    ----------
    folder
        Where JupyterLab starts, and the top of what it shows.
    browser
        Whether it may open a browser.
    port
        The port to listen on, or None for the first free one from 8888.
    root_user
        Whether it runs as root, which JupyterLab refuses unless told.
    """
    given = [
        f"--ServerApp.root_dir={folder}",
        # Warnings, and the address; the server's diary helps nobody who came for a course.
        "--log-level=WARN",
        "--LabApp.log_level=WARN",
        # Ctrl-C means stop: the question "shut down?" is lost between the log's lines.
        "--ServerApp.answer_yes=True",
        # The list of extensions would be fetched from elsewhere.
        "--LabApp.extension_manager=readonly",
    ]
    if not browser:
        given.append("--no-browser")
    if port is not None:
        given += [f"--port={port}", "--ServerApp.port_retries=0"]
    if root_user:
        given.append("--allow-root")
    return given


def settings(lang: str, *, teach: bool) -> dict[str, dict]:
    """Site settings of JupyterLab and its server, by file name; the user's own stand above them.

    Parameters
    ----------
    lang
        ``"en"`` or ``"zh"``: the language of JupyterLab's menus.
    teach
        Whether the instructor's tools are there.
    """
    panels, services = [], []
    if not teach:
        panels, services = PANELS_FOR_INSTRUCTORS, SERVICES_FOR_INSTRUCTORS
    return {
        "labconfig/default_setting_overrides.json": {
            "@jupyterlab/translation-extension:plugin": {"locale": LOCALES[lang]},
            # Offline by design: no question about news, and no request for it.
            "@jupyterlab/apputils-extension:notification": {
                "fetchNews": "false",
                "checkForUpdates": False,
            },
            "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": _arrows_for_lists()},
        },
        "labconfig/page_config.json": {"disabledExtensions": dict.fromkeys(panels, True)},
        "jupyter_server_config.json": {
            "ServerApp": {"jpserver_extensions": dict.fromkeys(services, False)}
        },
    }


def _arrows_for_lists() -> list[dict]:
    """Shortcuts that leave the arrow keys to a list or a choice which has the keyboard.

    JupyterLab's own take them to move between cells even there, so that no keyboard could choose.
    """
    notebook = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
    return [
        {"command": f"notebook:move-cursor-{way.lower()}", "keys": [f"Arrow{way}"], **where}
        for way in ("Down", "Up")
        for where in (
            {"selector": notebook, "disabled": True},
            {"selector": f"{notebook}:not(select):not(input)"},
        )
    ]


@contextmanager
def settings_in_force(lang: str, *, teach: bool) -> Iterator[None]:
    """Put the site settings where JupyterLab started inside this block looks for them."""
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    with TemporaryDirectory(prefix="ecomlab-") as folder:
        Path(folder, "labconfig").mkdir()
        for name, content in settings(lang, teach=teach).items():
            Path(folder, name).write_text(json.dumps(content), encoding="utf-8")
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [folder, before]))
        try:
            yield
        finally:
            if before is None:
                del os.environ["JUPYTER_CONFIG_PATH"]
            else:
                os.environ["JUPYTER_CONFIG_PATH"] = before


def check_port(port: int) -> None:
    """Raise where nobody could listen on a port of this machine.

    Parameters
    ----------
    port
        1 to 65535.

    Raises
    ------
    CannotOpen
        If the port is taken, or needs rights that the user has not.
    """
    with socket.socket() as probe:
        if os.name == "posix":
            # A port that was in use a moment ago is free for the server, so for the probe too.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotOpen(
                f"port {port} cannot be used ({os.strerror(error.errno or 0)}); perhaps "
                "JupyterLab is still running there; stop it, or choose another port"
            ) from None


def start_lab(
    folder: Path,
    lang: str,
    *,
    teach: bool = False,
    browser: bool = True,
    port: int | None = None,
    extra: Sequence[str] = (),
) -> None:
    """Run JupyterLab in a folder until it is stopped.

    Parameters
    ----------
    folder
        Where it starts, and the top of what it shows.
    lang
        ``"en"`` or ``"zh"``: the language of its menus, and of the notebooks that the
        instructor's tools work on.
    teach
        Whether the instructor's tools are there.
    browser
        Whether a browser may be opened, where there is a screen.
    port
        The port, or None for the first free one from 8888.
    extra
        More arguments for JupyterLab.

    Raises
    ------
    CannotOpen
        If JupyterLab is not installed, or the port is taken.
    """
    if find_spec("jupyterlab") is None:
        raise CannotOpen("JupyterLab is not installed: pip install 'ecomlab[course,zh]'")
    if port is not None:
        check_port(port)
    root_user = hasattr(os, "geteuid") and os.geteuid() == 0
    given = arguments(
        folder,
        browser=browser and has_screen(sys.platform, os.environ),
        port=port,
        root_user=root_user,
    )
    # nbgrader's extensions look for nbgrader_config.py in the working directory, and that file
    # looks for the language.
    os.chdir(folder)
    os.environ["COURSE_LANG"] = lang
    # The formgrader runs `alembic`, which is beside this Python.
    put_on_path()
    with settings_in_force(lang, teach=teach):
        from jupyterlab.labapp import LabApp

        LabApp.launch_instance([*given, *extra])
