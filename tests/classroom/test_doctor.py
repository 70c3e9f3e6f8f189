"""The doctor: each fault is made to happen, told in one line, and makes the command fail."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib
import pytest

from ecomlab.classroom import doctor
from ecomlab.cli import main

OWN_KERNEL = "import sys; sys.prefix = '/usr'; from ipykernel import kernelapp as k; "


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing pinned."""
    (tmp_path / "constraints.txt").touch()
    return tmp_path


@pytest.fixture
def without_kernel(monkeypatch):
    """Leave out the one slow check, where another is looked at."""
    monkeypatch.setattr(doctor, "_kernel", lambda say, reinstall: ("not looked at", ""))


def faults(checkout: Path | None, lang: str = "en") -> dict[str, doctor.Finding]:
    """What the doctor finds wrong, by name."""
    return {f.name: f for f in doctor.examine(lang, checkout) if not f.healthy}


def install(folder: Path, monkeypatch, package: str, version: str) -> None:
    """Put another version of a package in front of the one that is installed."""
    info = folder / f"{package}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(folder)


def configure(folder: Path, monkeypatch, name: str, content: dict) -> None:
    """Write a Jupyter configuration file in front of all others."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(folder))


def test_a_healthy_environment_is_called_healthy(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert all(line.startswith("ok ") for line in lines)


@pytest.mark.usefixtures("without_kernel")
def test_one_fault_is_one_line_and_fails_the_command(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "PYTHON", (9, 9))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAULT  Python: 3.")
    assert "install Python 9.9 or newer" in lines[0]
    assert [line for line in lines if line.startswith("FAULT")] == lines[:1]


@pytest.mark.usefixtures("without_kernel")
def test_the_doctor_speaks_chinese(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "PYTHON", (9, 9))
    assert main(["doctor", "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert "故障   Python: 3." in out
    assert "请安装 Python 9.9" in out
    assert "正常   写入权限" in out


@pytest.mark.usefixtures("without_kernel")
class TestPackages:
    def test_a_version_that_was_not_tested(self, checkout):
        (checkout / "constraints.txt").write_text("narwhals==0.1  # old\nwheel-of-fortune==7\n")
        fault = faults(checkout)["packages"]
        assert fault.found.startswith("narwhals is ")
        assert fault.found.endswith("not 0.1")
        assert fault.remedy == "run: make setup"

    def test_a_pin_for_another_machine_is_left_alone(self, checkout):
        (checkout / "constraints.txt").write_text("narwhals==0.1 ; sys_platform == 'plan9'\n")
        assert "packages" not in faults(checkout)

    def test_a_package_of_a_package_is_missing(self, monkeypatch):
        def hidden(name, find=doctor.distribution):
            if name == "tornado":
                raise doctor.PackageNotFoundError
            return find(name)

        monkeypatch.setattr(doctor, "distribution", hidden)
        fault = faults(None)["packages"]
        assert fault.found == "tornado is missing"
        assert fault.remedy == "run: pip install --upgrade 'ecomlab[course,zh]'"

    def test_without_a_checkout_the_requirements_are_the_measure(self, monkeypatch, tmp_path):
        install(tmp_path, monkeypatch, "duckdb", "0.9")
        fault = faults(None)["packages"]
        assert "duckdb is 0.9, not >=" in fault.found

    def test_many_faults_stay_one_line(self, checkout):
        names = ["narwhals", "numpy", "pandas", "scipy", "tornado"]
        (checkout / "constraints.txt").write_text("".join(f"{n}==0.1\n" for n in names))
        assert faults(checkout)["packages"].found.endswith("; and 2 more")


class TestKernel:
    def kernel(self, folder: Path, monkeypatch, *argv: str) -> None:
        """Put a kernel of the user's in front of the environment's own."""
        spec = folder / "kernels" / "python3" / "kernel.json"
        spec.parent.mkdir(parents=True)
        spec.write_text(json.dumps({"argv": list(argv), "display_name": "x", "language": "python"}))
        monkeypatch.setenv("JUPYTER_PATH", str(folder))

    def test_one_that_dies(self, checkout, monkeypatch):
        self.kernel(checkout, monkeypatch, sys.executable, "-c", "raise SystemExit(3)")
        fault = faults(checkout)["kernel"]
        assert fault.found.startswith("does not start: ")
        assert str(checkout / "kernels" / "python3") in fault.remedy

    def test_one_of_another_environment(self, checkout, monkeypatch):
        run = OWN_KERNEL + "k.launch_new_instance()"
        self.kernel(checkout, monkeypatch, sys.executable, "-c", run, "-f", "{connection_file}")
        assert faults(checkout)["kernel"].found == "runs in /usr"


@pytest.mark.usefixtures("without_kernel")
class TestFont:
    def test_a_missing_one(self, checkout, monkeypatch):
        monkeypatch.setattr("ecomlab.style.cjk_font_file", lambda: None)
        assert "empty boxes" in faults(checkout)["Chinese font"].found

    def test_one_without_chinese(self, checkout, monkeypatch):
        latin = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
        monkeypatch.setattr("ecomlab.style.cjk_font_file", lambda: latin)
        assert faults(checkout)["Chinese font"].found == f"{latin} draws no Chinese"

    def test_a_damaged_one(self, checkout, monkeypatch):
        (checkout / "font.ttc").write_bytes(b"not a font")
        monkeypatch.setattr("ecomlab.style.cjk_font_file", lambda: checkout / "font.ttc")
        assert faults(checkout)["Chinese font"].remedy == "run: make setup"


@pytest.mark.usefixtures("without_kernel")
class TestJupyter:
    def test_widgets_of_two_releases(self, checkout, monkeypatch):
        install(checkout / "site", monkeypatch, "widgetsnbextension", "3.6.0")
        fault = faults(checkout)["widgets"]
        assert "widgetsnbextension 3.6.0 do not go together" in fault.found

    def test_a_panel_is_missing(self, checkout, monkeypatch):
        monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [])
        assert faults(checkout)["panels"].found.endswith(" is missing")

    def test_a_panel_of_another_installation(self, checkout, monkeypatch):
        panel = checkout / "labextensions" / "@jupyter" / "nbgrader"
        panel.mkdir(parents=True)
        (panel / "package.json").write_text('{"name": "@jupyter/nbgrader", "version": "0.1"}')
        monkeypatch.setenv("JUPYTER_PATH", str(checkout))
        fault = faults(checkout)["panels"]
        assert fault.found == "@jupyter/nbgrader comes from another installation"
        assert fault.remedy == f"remove {panel}"

    @pytest.mark.parametrize("part", ["", ":validate-assignment"])
    def test_a_panel_is_switched_off(self, checkout, monkeypatch, part):
        off = {"disabledExtensions": {f"@jupyter/nbgrader{part}": True}}
        configure(checkout, monkeypatch, "labconfig/page_config.json", off)
        fault = faults(checkout)["panels"]
        assert fault.found == "@jupyter/nbgrader is switched off"
        assert fault.remedy == "run: jupyter labextension enable @jupyter/nbgrader"

    def test_a_service_is_switched_off(self, checkout, monkeypatch):
        name = "nbgrader.server_extensions.validate_assignment"
        off = {"ServerApp": {"jpserver_extensions": {name: False}}}
        configure(checkout, monkeypatch, "jupyter_server_config.json", off)
        fault = faults(checkout)["nbgrader"]
        assert fault.found == f"{name} is switched off"
        assert fault.remedy == f"run: jupyter server extension enable {name}"

    def test_a_service_does_not_load(self, checkout, monkeypatch):
        monkeypatch.setitem(sys.modules, "nbgrader.server_extensions.formgrader", None)
        fault = faults(checkout)["nbgrader"]
        assert fault.found.startswith("ModuleNotFoundError")


@pytest.mark.usefixtures("without_kernel")
class TestWriting:
    def test_a_file_stands_where_the_students_copy_goes(self, checkout):
        (checkout / "work").write_text("not a folder")
        fault = faults(checkout)["writing"]
        assert fault.found == f"{checkout / 'work'} cannot be written (Not a directory)"
        assert "make" in fault.remedy

    def test_the_cache_cannot_be_made(self, checkout, monkeypatch):
        (checkout / "cache").symlink_to("nowhere")
        monkeypatch.setenv("XDG_CACHE_HOME", str(checkout / "cache"))
        assert "cannot be written" in faults(checkout)["writing"].found

    def test_nothing_is_left_behind(self, checkout):
        before = sorted(checkout.rglob("*"))
        assert not faults(checkout)
        assert sorted(checkout.rglob("*")) == before
