"""The laws of the house: which room may lean on which, and what the hot path may load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIB = ROOT / "chalicelib"
ROOMS = ("model", "store", "web", "stream", "manage", "reports")
MAY = {
    "model": {"model"},
    "store": {"store", "model"},
    "web": {"web", "model", "telemetry"},
    "stream": {"stream", "model", "telemetry"},
    "manage": {"manage", "model", "telemetry"},
    "reports": {"reports", "model", "telemetry"},
}
FILES = sorted(LIB.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def top_imports(path: Path) -> set[str]:
    """The modules that importing a file loads at once."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name in ROOMS], ids=str)
def test_a_room_leans_only_on_the_rooms_it_may(path: Path) -> None:
    room = path.parent.name
    used = {name.split(".")[1] for name in imports(path) if name.startswith("chalicelib.")}
    assert used <= MAY[room], f"{room} may use {MAY[room]}"


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "model"], ids=str)
def test_the_model_is_the_standard_library_alone(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names)
    assert outside <= {"chalicelib"}


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "wiring.py"], ids=str)
def test_only_the_wiring_knows_boto3(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in ("boto3", "botocore")}


@pytest.mark.parametrize("path", [*FILES, ROOT / "app.py"], ids=str)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    reads = any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        for node in ast.walk(ast.parse(path.read_text()))
    )
    assert reads == (path.name == "settings.py")


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "model"], ids=str)
def test_the_model_has_no_clock_and_no_dice(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & {"now", "utcnow", "time_ns", "monotonic", "urandom", "token_bytes", "today"}


def test_the_entry_reaches_only_wiring_telemetry_and_web_at_the_top() -> None:
    used = {name.split(".")[1] for name in top_imports(ROOT / "app.py") if name.startswith("chalicelib.")}
    assert used <= {"wiring", "telemetry", "web", "bare"}


def test_keys_are_spelt_in_one_place() -> None:
    import re

    prefixes = re.compile(r'"(?:C|I|V|U|W|X|D|K|LATE|SALT|CMP|ADV|AFF|LNK|SLUG|LIST|LNKS|CPN|TEL)#')
    strangers = {
        str(path) for path in LIB.rglob("*.py") if path.name != "keys.py" and prefixes.search(path.read_text())
    }
    assert strangers == set()


def loaded(code: str) -> set[str]:
    """The modules that a bare process with an empty environment holds after running some code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        env={},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_the_entry_can_be_imported_in_an_empty_environment() -> None:
    assert "app" in loaded("import app")


def test_the_hot_path_never_loads_what_only_others_need() -> None:
    heavy = (
        "chalice",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
        "http.client",
        "email",
        "ssl",
        "asyncio",
        "pydantic",
    )
    held = loaded("from chalicelib import bare")
    assert not {name for name in held if name in heavy or name.startswith(("chalicelib.reports", "chalicelib.manage"))}
    assert not {name for name in held if name.startswith("chalicelib.stream")}


def test_importing_the_entry_stays_under_its_ceiling() -> None:
    """Chalice's own runtime is most of it; what is ours and the standard library's beside it may not creep up."""
    assert len(loaded("from chalicelib import wiring") - loaded("pass")) <= 122
    assert len(loaded("import app") - loaded("import chalice")) <= 72
