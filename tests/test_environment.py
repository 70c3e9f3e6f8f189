"""The files that describe the environment agree with each other and with what exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from importlib.util import cache_from_source, find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ecomlab.classroom import doctor
from ecomlab.cli import VERBS
from ecomlab.datasets import data

PIN = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.+!]*( ; [\w\s'.<>=!()]+)?")
READMES = ("README.md", "README.zh.md")


@pytest.fixture(scope="module")
def project(root) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def pins(root) -> dict[str, list[Requirement]]:
    """The pins by package; one that differs between Pythons has several."""
    found: dict[str, list[Requirement]] = {}
    for line in (root / "constraints.txt").read_text("utf-8").splitlines():
        pin = Requirement(line)
        found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


@pytest.fixture(scope="module")
def prepare(root):
    """tools/prepare.py, which runs before anything is installed, as a module."""
    spec = spec_from_file_location("prepare", root / "tools" / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verbs(root: Path) -> set[str]:
    """The Makefile's verbs, as it declares them."""
    text = (root / "Makefile").read_text("utf-8")
    declared = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert declared is not None
    return set(declared[1].split())


class TestVersions:
    def test_constraints_are_names_and_versions_alone(self, root):
        lines = (root / "constraints.txt").read_text("utf-8").splitlines()
        assert len(lines) > 100
        assert not [line for line in lines if not PIN.fullmatch(line)]

    def test_every_direct_dependency_is_pinned_within_its_bounds(self, project, pins):
        extras = project["optional-dependencies"].values()
        direct = [
            Requirement(line) for group in [project["dependencies"], *extras] for line in group
        ]
        assert len(direct) > 30
        for wanted in direct:
            found = pins.get(canonicalize_name(wanted.name), [])
            assert found, f"{wanted.name} is not in constraints.txt"
            for pin in found:
                version = str(pin.specifier).removeprefix("==")
                assert wanted.specifier.contains(version, prereleases=True), f"{pin} for {wanted}"

    def test_environment_yml_is_python_pip_and_the_course(self, root, project):
        text = (root / "environment.yml").read_text("utf-8")
        python, pip, packages = yaml.safe_load(text)["dependencies"]
        assert python == f"python{project['requires-python']}"
        assert pip == "pip"
        extras = ",".join(doctor.EXTRAS)
        assert packages == {"pip": ["-c constraints.txt", f"-e .[{extras}]"]}
        assert set(doctor.EXTRAS) <= set(project["optional-dependencies"])

    def test_the_least_python_is_the_same_everywhere(self, root, project, prepare):
        least = ".".join(map(str, doctor.PYTHON))
        assert project["requires-python"] == f">={least}"
        assert prepare.LEAST == doctor.PYTHON
        assert all(f"Python {least}" in (root / name).read_text("utf-8") for name in READMES)

    def test_the_course_needs_no_spark(self, project):
        needed = {requirement.name for requirement in doctor._needed()}
        assert "jupyterlab" in needed
        big = {Requirement(line).name for line in project["optional-dependencies"]["big"]}
        assert not needed & big


class TestMakefile:
    def test_every_verb_has_one_line_of_help(self, root):
        helped = subprocess.run(
            ["make", "--no-print-directory", "help"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        assert {line.split()[0] for line in helped} == verbs(root)
        assert len(helped) == len(verbs(root))
        assert all(len(line.split()) > 3 and len(line) < 90 for line in helped)

    def test_the_course_is_set_up_with_its_extras_alone(self, root):
        text = (root / "Makefile").read_text("utf-8")
        course = re.search(r"^\.venv/\.course:.*\n\t(.+)$", text, re.MULTILINE)
        assert course is not None
        assert course[1].endswith(" tools/prepare.py " + ",".join(doctor.EXTRAS))

    def test_ci_runs_make_test(self, root):
        script = root / ".ci" / "run"
        assert os.access(script, os.X_OK)
        assert script.read_text("utf-8").splitlines()[-1] == "exec make test"

    @pytest.mark.parametrize("name", READMES)
    def test_the_readme_names_exactly_the_commands_that_exist(self, root, name):
        text = (root / name).read_text("utf-8")
        assert set(re.findall(r"`make (\w+)", text)) == verbs(root)
        assert set(re.findall(r"`[^`\n]*\becomlab (\w+)", text)) == set(VERBS)

    @pytest.mark.parametrize("name", READMES)
    def test_the_readmes_links_and_pictures_are_there(self, root, name):
        links = re.findall(r"\]\(([^)#]+)\)", (root / name).read_text("utf-8"))
        assert len(links) > 3
        assert not [n for n in links if "://" not in n and not (root / n).exists()]


@pytest.mark.parametrize("name", READMES)
def test_the_readmes_example_runs(root, name):
    (example,) = re.findall(r"```python\n(.+?)```", (root / name).read_text("utf-8"), re.DOTALL)
    sales = data("market/us_retail_ecommerce_quarterly").set_index("date")["sales_usd_mn"]
    exec(example, {"quarterly_sales": sales})


class TestSetUp:
    @pytest.mark.parametrize("package", ["pandas", "matplotlib", "nbgrader", "ipywidgets"])
    def test_packages_are_compiled_once_and_not_at_every_start(self, package):
        source = find_spec(package).origin
        assert Path(cache_from_source(source)).exists(), "remove .venv and set it up again"

    def test_an_old_python_is_refused_in_both_languages(self, prepare, monkeypatch, capsys):
        monkeypatch.setattr(prepare, "LEAST", (9, 9))
        assert prepare.main("course,zh") == 2
        english, chinese = capsys.readouterr().err.splitlines()
        assert "needs Python 3.11 or newer" in english
        assert "需要 Python 3.11 或更新版本" in chinese
        assert "make lab PYTHON=" in english

    def test_a_python_without_pip_is_told_how_to_get_it(
        self, prepare, monkeypatch, capsys, tmp_path
    ):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(prepare.sys, "executable", "/bin/false")
        monkeypatch.setattr(prepare.shutil, "which", lambda name: None)
        assert prepare.main("course,zh") == 2
        assert "apt-get install python3-pip" in capsys.readouterr().err

    def test_uv_goes_where_pip_was_told_to_go(self, prepare, monkeypatch, tmp_path):
        python = tmp_path / "python"
        python.write_text(
            "#!/bin/sh\ncat <<'END'\n"
            "global.index-url='https://mirror.example/simple'\n"
            "install.find-links='/wheels\\n/more'\n"
            ":env:.index-url='https://nearer.example/simple'\n"
            "END\n"
        )
        python.chmod(0o755)
        monkeypatch.setattr(prepare.sys, "executable", str(python))
        found = prepare.pip_settings()
        assert found["index-url"] == "https://nearer.example/simple"
        told = prepare.settings_for_uv({**found, "cert": "/ca.pem"})
        assert told == {
            "UV_DEFAULT_INDEX": "https://nearer.example/simple",
            "UV_FIND_LINKS": "/wheels,/more",
            "SSL_CERT_FILE": "/ca.pem",
        }

    def test_several_indexes_are_searched_as_pip_searches_them(self, prepare):
        told = prepare.settings_for_uv({"extra-index-url": "https://a\nhttps://b"})
        assert told["UV_INDEX"] == "https://a https://b"
        assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"


class TestRun:
    """tests/run.sh on machines made up of a few stubs, which write down how they were called."""

    @pytest.fixture
    def machine(self, root, tmp_path):
        (tmp_path / "tests").mkdir()
        shutil.copy(root / "tests" / "run.sh", tmp_path / "tests")
        stubs, venv = tmp_path / "bin", tmp_path / ".venv" / "bin"
        stubs.mkdir()
        venv.mkdir(parents=True)
        for name in ("sh", "dirname", "env", "true"):
            (stubs / name).symlink_to(shutil.which(name))

        def stub(folder, name, does="exit 0"):
            script = folder / name
            script.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/calls\n{does}\n')
            script.chmod(0o755)

        for name in ("ruff", "mypy", "pytest"):
            stub(venv, name)

        def run(**programs: str) -> tuple[int, str]:
            for name, does in programs.items():
                stub(stubs, name.replace("_", "-"), does)
            ran = subprocess.run(
                ["sh", tmp_path / "tests" / "run.sh"],
                env={"PATH": str(stubs)},
                capture_output=True,
                check=False,
            )
            return ran.returncode, (tmp_path / "calls").read_text()

        return run

    def test_root_installs_what_is_missing(self, machine):
        status, calls = machine(id="echo 0", apt_get="exit 0", java="exit 0")
        assert status == 0
        install = re.search(r"apt-get install .*", calls)
        assert install is not None
        assert "chromium" in install[0]
        assert "jre" not in install[0]

    def test_sudo_is_used_where_it_asks_nothing(self, machine):
        _, calls = machine(id="echo 1000", apt_get="exit 0", sudo='shift; exec "$@"')
        assert "sudo -n apt-get update" in calls
        assert re.search(r"apt-get install .* chromium default-jre-headless", calls)

    @pytest.mark.parametrize("sudo", [{}, {"sudo": "exit 1"}], ids=["no sudo", "sudo asks"])
    def test_nobody_else_installs_anything_and_the_tests_run(self, machine, sudo):
        status, calls = machine(id="echo 1000", apt_get="exit 0", **sudo)
        assert status == 0
        assert "apt-get" not in calls
        assert "pytest -n 2" in calls

    def test_what_cannot_be_installed_does_not_stop_the_tests(self, machine):
        status, calls = machine(id="echo 0", apt_get="exit 100")
        assert status == 0
        assert "pytest -n 2" in calls

    def test_a_full_machine_installs_nothing_and_checks_everything(self, machine):
        installed = dict.fromkeys(("chromium", "java", "initdb", "apt_get"), "exit 0")
        _, calls = machine(id="echo 0", fc_list="echo Noto", **installed)
        assert [line.split()[0] for line in calls.splitlines() if line.split()[0] != "fc-list"] == [
            "ruff",
            "ruff",
            "mypy",
            "pytest",
        ]
