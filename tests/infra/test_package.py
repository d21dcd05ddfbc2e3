"""What `make package` makes: the same bytes each time, nothing too much in them, and every handler importable."""

import hashlib
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from infra import archive
from infra.archive import ArchiveError
from infra.package import ROOT, Package, PackageError, package

FUNCTIONS = {"APIHandler", "Edge", "Drain", "Facts", "Report", "Close", "Ripen", "Clicks", "Forget", "Judge"}
WITH_LAYER = {"Facts", "Report", "Close", "Ripen"}


def functions(made: Package) -> dict[str, dict[str, Any]]:
    resources = json.loads(made.template.read_text())["Resources"]
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::Lambda::Function"}


def test_the_same_sources_give_the_same_bytes(local: Package, tmp_path: Path) -> None:
    again = package("local", out=tmp_path / "again")

    for first, second in ((local.code, again.code), (local.layer, again.layer), (local.template, again.template)):
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_a_second_call_without_a_change_makes_nothing(local: Package) -> None:
    before = local.code.stat().st_mtime_ns
    said: list[str] = []

    package("local", say=said.append)

    assert (local.code.stat().st_mtime_ns, said) == (before, [f"package: {local.folder} is up to date"])


def test_stages_differ_in_nothing_but_architecture_and_named_settings(local: Package, prod: Package) -> None:
    different = set(differences(json.loads(local.sam.read_text()), json.loads(prod.sam.read_text())))

    allowed = {"Architectures", "CompatibleArchitectures", "CLICKLEDGER_ACCESS_LOG"}
    assert {path[-1] for path in different} <= allowed
    assert "CLICKLEDGER_ACCESS_LOG" in {path[-1] for path in different}


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths through dictionaries to what is not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), (*path, key))
    elif one != other:
        yield path


def test_prod_is_for_arm_and_local_for_this_machine(local: Package, prod: Package) -> None:
    here = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"

    assert {tuple(f["Architectures"]) for f in functions(prod).values()} == {("arm64",)}
    assert {tuple(f["Architectures"]) for f in functions(local).values()} == {(here,)}


def test_the_functions_are_those_of_app(prod: Package) -> None:
    assert set(functions(prod)) == FUNCTIONS


def test_only_functions_behind_the_hot_path_have_the_layer(prod: Package) -> None:
    assert {name for name, properties in functions(prod).items() if "Layers" in properties} == WITH_LAYER


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_handler_imports_in_a_bare_process(local: Package, name: str) -> None:
    """Only the standard library, the zip and (where it is attached) the layer are there, and no environment."""
    properties = functions(local)[name]
    module, attribute = properties["Handler"].rsplit(".", 1)
    paths = [str(local.folder / "code")] + [str(local.folder / "layer/python")] * ("Layers" in properties)
    script = f"import sys; sys.path[:0] = {paths}; import {module}; assert callable({module}.{attribute})"

    done = bare(script)

    assert (done.returncode, done.stderr) == (0, "")


def test_powertools_imports_from_the_layer_alone(local: Package) -> None:
    layer = str(local.folder / "layer/python")

    done = bare(f"import sys; sys.path.insert(0, {layer!r}); from aws_lambda_powertools import Logger; Logger('x')")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_statement_is_drawn_from_the_layer_alone(local: Package) -> None:
    layer, code = str(local.folder / "layer/python"), str(local.folder / "code")
    script = f"import sys; sys.path[:0] = [{layer!r}, {code!r}]; from chalicelib.reports import letters, paper"

    done = bare(f"{script}; letters.vera(); from io import BytesIO; paper._canvas(BytesIO()).save()")

    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_of_the_layer_is_in_the_functions_zip(local: Package) -> None:
    done = bare(f"import sys; sys.path.insert(0, {str(local.folder / 'code')!r}); import aws_lambda_powertools")

    assert "No module named 'aws_lambda_powertools'" in done.stderr


def bare(script: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=False)


def test_the_functions_zip_holds_the_program_and_its_runtime_packages_only(local: Package) -> None:
    with zipfile.ZipFile(local.code) as code:
        top = {name.partition("/")[0] for name in code.namelist()}

    assert top == {"__pycache__", "app.py", "chalice", "chalicelib", "tzdata"}


def test_the_layer_holds_powertools_and_reportlab_and_what_only_they_need(local: Package) -> None:
    with zipfile.ZipFile(local.layer) as layer:
        top = {"/".join(name.split("/")[:2]) for name in layer.namelist()} - {"python/__pycache__"}

    powertools = {"python/aws_lambda_powertools", "python/jmespath", "python/typing_extensions.py"}
    assert top == powertools | {"python/reportlab"}


@pytest.mark.parametrize("part", ["code", "layer"])
def test_every_module_has_bytecode_that_python_takes_unchecked(local: Package, part: str) -> None:
    with zipfile.ZipFile(getattr(local, part)) as archive_file:
        names = set(archive_file.namelist())
        flags = {name: archive_file.read(name)[4:8] for name in names if name.endswith(".pyc")}

    tag = sys.implementation.cache_tag
    modules = [Path(name) for name in names if name.endswith(".py")]
    assert {str(m.parent / "__pycache__" / f"{m.stem}.{tag}.pyc") for m in modules} == set(flags)
    assert set(flags.values()) == {b"\x01\x00\x00\x00"}  # by hash, and not checked


def test_compiled_code_is_not_shipped_from_this_machine(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="regex holds compiled code"):
        archive.lay([distribution("regex")], tmp_path)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(ArchiveError, match="nobody-has-this is not installed: run make setup"):
        archive.closure(["nobody-has-this"])


def test_a_stage_that_does_not_exist_is_named() -> None:
    with pytest.raises(PackageError, match="there is no stage test: choose local or prod"):
        package("test")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program's sources, to be spoiled."""
    for folder in (".chalice", "chalicelib", "infra"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "deployments"))
    for file in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_an_addition_to_a_function_that_is_not_there_is_named(copy: Path) -> None:
    resources = copy / "infra/resources.yaml"
    resources.write_text(resources.read_text().replace("  Drain:\n", "  Drian:\n"))

    with pytest.raises(PackageError, match=r"adds to Drian, but app\.py has no such function"):
        package("local", copy)


def test_a_function_without_rights_of_its_own_is_refused(copy: Path) -> None:
    source = (copy / "app.py").read_text()
    (copy / "app.py").write_text(source.replace('name="drain"', 'name="drains"'))

    with pytest.raises(PackageError, match=r"policy-local\.json"):
        package("local", copy)


def test_a_program_that_does_not_import_is_one_line(copy: Path) -> None:
    (copy / "app.py").write_text("import nobody_has_this\n")

    with pytest.raises(PackageError, match=r"^chalice package: .*No module named 'nobody_has_this'$"):
        package("local", copy)


def test_a_package_that_failed_is_made_again(copy: Path) -> None:
    good = (copy / "app.py").read_text()
    (copy / "app.py").write_text("import nobody_has_this\n")
    with pytest.raises(PackageError):
        package("local", copy)
    (copy / "app.py").write_text(good)

    assert package("local", copy).code.exists()


def test_a_template_that_cfn_lint_refuses_is_one_line(copy: Path) -> None:
    resources = copy / "infra/resources.yaml"
    resources.write_text(resources.read_text().replace("VisibilityTimeout: 360", "VisibilityTimeout: never"))

    with pytest.raises(PackageError, match=r"^cfn-lint: .*VisibilityTimeout[^\n]*$|^cfn-lint: .*'never'[^\n]*$"):
        package("local", copy)
