"""Look an installation over: what the course needs, what is wrong, and what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from ecomlab.style import Say, in_language

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PYTHON = (3, 11)
EXTRAS = ("course", "zh")
WIDGETS = ("jupyterlab_widgets", "widgetsnbextension")
PANELS = ("@jupyter-widgets/jupyterlab-manager", "@jupyter/nbgrader")
SERVICES = (
    "nbgrader.server_extensions.validate_assignment",
    "nbgrader.server_extensions.formgrader",
)
# Characters of both scripts' charts: a Latin-only or damaged font lacks the first.
GLYPHS = "灯a"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, what is there, what to do about a fault.

    Parameters
    ----------
    name
        What was looked at.
    found
        What is there, or what is wrong.
    remedy
        What to do; empty where nothing is wrong.
    """

    name: str
    found: str
    remedy: str = ""

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.remedy


def examine(lang: str = "en", checkout: Path | None = None) -> Iterator[Finding]:
    """Look over this environment, one finding at a time.

    Parameters
    ----------
    lang
        The language of the findings: ``"en"`` or ``"zh"``.
    checkout
        The folder that holds ``constraints.txt`` and ``course/``; None where the package was
        installed from a wheel, whose own requirements then are the measure.
    """
    say = in_language(lang)
    reinstall = say(
        en="run: make setup" if checkout else "run: pip install --upgrade 'ecomlab[course,zh]'",
        zh="请运行：make setup"
        if checkout
        else "请运行：pip install --upgrade 'ecomlab[course,zh]'",
    )
    checks: list[tuple[str, Callable[[], tuple[str, str]]]] = [
        ("Python", lambda: _python(say)),
        (say(en="packages", zh="软件包"), lambda: _packages(say, checkout, reinstall)),
        (say(en="kernel", zh="内核"), lambda: _kernel(say, reinstall)),
        (say(en="Chinese font", zh="中文字体"), lambda: _font(say, reinstall)),
        (say(en="widgets", zh="交互控件"), lambda: _widgets(say, reinstall)),
        (say(en="panels", zh="界面扩展"), lambda: _panels(say, reinstall)),
        ("nbgrader", lambda: _services(say, reinstall)),
        (say(en="writing", zh="写入权限"), lambda: _writing(say, checkout)),
    ]
    for name, check in checks:
        try:
            found, remedy = check()
        except Exception as error:
            # Whatever stops a check from looking is itself the fault to be told.
            found, remedy = f"{type(error).__name__}: {error}", reinstall
        yield Finding(name, " ".join(found.split()), remedy)


def checkout_folder() -> Path | None:
    """The checkout that this package runs from; None where it was installed from a wheel."""
    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "constraints.txt").is_file() else None


def _python(say: Say) -> tuple[str, str]:
    """Python is new enough."""
    found, least = ".".join(map(str, sys.version_info[:3])), ".".join(map(str, PYTHON))
    if sys.version_info[:2] >= PYTHON:
        return f"{found}, {sys.executable}", ""
    return found, say(
        en=f"install Python {least} or newer, delete .venv, run: make setup PYTHON=python{least}",
        zh=f"请安装 Python {least} 或更新版本，删除 .venv，再运行：make setup PYTHON=python{least}",
    )


def _packages(say: Say, checkout: Path | None, reinstall: str) -> tuple[str, str]:
    """Every package that the course needs is there, in a version that was tested."""
    pinned = _pinned(checkout / "constraints.txt") if checkout else {}
    faults: dict[str, str] = {}
    there = set()
    for requirement in _needed():
        name = _normal(requirement.name)
        there.add(name)
        try:
            found = distribution(name).version
        except PackageNotFoundError:
            faults[name] = say(en=f"{name} is missing", zh=f"缺少 {name}")
            continue
        wanted = pinned.get(name)
        if wanted is None:
            wanted = str(requirement.specifier)
            tested = requirement.specifier.contains(found, prereleases=True)
        else:
            tested = found == wanted
        if not tested:
            faults[name] = say(
                en=f"{name} is {found}, not {wanted}",
                zh=f"{name} 的版本是 {found}，应为 {wanted}",
            )
    if faults:
        return _some(list(faults.values()), say), reinstall
    measure = (
        say(en="as constraints.txt says", zh="与 constraints.txt 一致")
        if checkout
        else say(en="as ecomlab requires", zh="符合 ecomlab 的要求")
    )
    return say(en=f"{len(there)}, {measure}", zh=f"{len(there)} 个，{measure}"), ""


def _needed() -> Iterator[Requirement]:
    """What the course needs, with what that needs in turn; each package and demand once."""
    from packaging.requirements import Requirement

    todo = [Requirement(f"ecomlab[{','.join(EXTRAS)}]")]
    seen = {str(todo[0])}
    while todo:
        parent = todo.pop()
        try:
            lines = distribution(parent.name).requires or []
        except PackageNotFoundError:
            continue
        for line in sorted(lines):
            child = Requirement(line)
            applies = child.marker is None or any(
                child.marker.evaluate({"extra": extra}) for extra in ("", *parent.extras)
            )
            if applies and f"{child.name}{child.extras}{child.specifier}" not in seen:
                seen.add(f"{child.name}{child.extras}{child.specifier}")
                todo.append(child)
                yield child


def _pinned(constraints: Path) -> dict[str, str]:
    """The tested version of each package, by its normal name, for this machine."""
    from packaging.requirements import Requirement

    lines = (line.split("#")[0].strip() for line in constraints.read_text("utf-8").splitlines())
    pins = [Requirement(line) for line in lines if line]
    return {
        _normal(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def _normal(name: str) -> str:
    """A package's name as registries compare it (PEP 503)."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _kernel(say: Say, reinstall: str) -> tuple[str, str]:
    """The kernel that notebooks ask for starts, and runs in this environment."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import start_new_kernel

    folder = KernelSpecManager().get_kernel_spec("python3").resource_dir
    another = say(
        en=f"remove {folder}, which hides this environment's kernel, or {reinstall}",
        zh=f"请删除 {folder}（它遮住了本环境的内核），或{reinstall}",
    )
    try:
        manager, client = start_new_kernel(
            startup_timeout=60, kernel_name="python3", stderr=subprocess.DEVNULL
        )
    except Exception as error:
        return say(en=f"does not start: {error}", zh=f"无法启动：{error}"), another
    try:
        said: list[str] = []
        client.execute_interactive(
            "import sys; print(sys.prefix)",
            timeout=60,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    prefix = "".join(said).strip()
    if prefix and os.path.samefile(prefix, sys.prefix):
        return say(en="starts, in this environment", zh="可启动，位于本环境"), ""
    return say(en=f"runs in {prefix}", zh=f"运行于 {prefix}"), another


def _font(say: Say, reinstall: str) -> tuple[str, str]:
    """Charts have a font that draws Chinese."""
    from matplotlib.ft2font import FT2Font

    from ecomlab.style import cjk_font_file

    file = cjk_font_file()
    if file is None:
        return say(
            en="missing: Chinese in charts would be empty boxes",
            zh="缺失：图表中的汉字将显示为空框",
        ), reinstall
    font = FT2Font(str(file))
    if all(font.get_char_index(ord(glyph)) for glyph in GLYPHS):
        return file.name, ""
    return say(en=f"{file} draws no Chinese", zh=f"{file} 不含汉字"), reinstall


def _widgets(say: Say, reinstall: str) -> tuple[str, str]:
    """The widgets' three packages are of one release, else labs stay empty."""
    from packaging.requirements import Requirement

    widgets = distribution("ipywidgets")
    wanted = {r.name: r.specifier for r in map(Requirement, widgets.requires or [])}
    found = {name: distribution(name).version for name in WIDGETS}
    listed = ", ".join(
        [f"ipywidgets {widgets.version}", *(f"{name} {found[name]}" for name in WIDGETS)]
    )
    faults = [name for name in WIDGETS if not wanted[name].contains(found[name])]
    if not faults:
        return listed, ""
    return say(en=f"{listed} do not go together", zh=f"{listed}：版本不配套"), reinstall


def _panels(say: Say, reinstall: str) -> tuple[str, str]:
    """JupyterLab finds the widgets' and nbgrader's parts, in this environment, switched on."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_federated_extensions, get_static_page_config

    found = get_federated_extensions(jupyter_path("labextensions"))
    disabled = get_static_page_config().get("disabledExtensions", {})
    for name in PANELS:
        if name not in found:
            return say(en=f"{name} is missing", zh=f"缺少 {name}"), reinstall
        folder = found[name]["ext_path"]
        if not Path(folder).resolve().is_relative_to(Path(sys.prefix).resolve()):
            return say(
                en=f"{name} comes from another installation", zh=f"{name} 来自其他安装"
            ), say(en=f"remove {folder}", zh=f"请删除 {folder}")
        if any(
            off and (key == name or key.startswith(f"{name}:")) for key, off in disabled.items()
        ):
            return say(en=f"{name} is switched off", zh=f"{name} 已被停用"), say(
                en=f"run: jupyter labextension enable {name}",
                zh=f"请运行：jupyter labextension enable {name}",
            )
    return ", ".join(f"{name} {found[name]['version']}" for name in PANELS), ""


def _services(say: Say, reinstall: str) -> tuple[str, str]:
    """The server's parts behind Validate and the formgrader are switched on and load."""
    from importlib import import_module

    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled = manager.get_jpserver_extensions()
    for name in SERVICES:
        if not enabled.get(name):
            return say(en=f"{name} is switched off", zh=f"{name} 已被停用"), say(
                en=f"run: jupyter server extension enable {name}",
                zh=f"请运行：jupyter server extension enable {name}",
            )
        import_module(name)
    return say(en="Validate and the formgrader are on", zh="Validate 与 formgrader 均已启用"), ""


def _writing(say: Say, checkout: Path | None) -> tuple[str, str]:
    """What the course writes can be written: the student's copy, the cache, Jupyter's own notes."""
    from jupyter_core.paths import jupyter_runtime_dir

    from ecomlab.shop.cache import cache_folder

    home = [checkout / "work"] if checkout else []
    for folder in (*home, cache_folder(), Path(jupyter_runtime_dir())):
        try:
            _try_writing(folder)
        except OSError as error:
            return say(
                en=f"{folder} cannot be written ({error.strerror})",
                zh=f"无法写入 {folder}（{error.strerror}）",
            ), say(
                en=f"make {folder} a folder of your own, or work in a copy that is yours",
                zh=f"请让 {folder} 成为你有权写入的文件夹，或在自己的副本中工作",
            )
    return say(en="work/, the cache, Jupyter's notes", zh="work/、缓存、Jupyter 运行目录均可写"), ""


def _try_writing(folder: Path) -> None:
    """Write a file in a folder, or where the folder would be made; leave nothing behind."""
    while not (folder.exists() or folder.is_symlink()):
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder):
        pass


def _some(faults: list[str], say: Say) -> str:
    """The first few of many faults, and how many there are."""
    first = say(en="; ", zh="；").join(faults[:3])
    if len(faults) <= 3:
        return first
    return say(en=f"{first}; and {len(faults) - 3} more", zh=f"{first}；另有 {len(faults) - 3} 处")
