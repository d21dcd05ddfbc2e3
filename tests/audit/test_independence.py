"""The two programs stand alone: what one gets wrong, the other and the program itself cannot have told it."""

import ast
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent.parent / "audit"
PROGRAMS = (("verify.py", 200), ("reprice.py", 500))


@pytest.mark.parametrize(("name", "most"), PROGRAMS)
def test_a_program_uses_the_standard_library_and_nothing_of_ours(name: str, most: int) -> None:
    used = set()
    for node in ast.walk(ast.parse((AUDIT / name).read_text())):
        if isinstance(node, ast.Import):
            used |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            used.add((node.module or "").split(".")[0])
    assert used <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(("name", "most"), PROGRAMS)
def test_a_program_can_be_read_in_one_sitting(name: str, most: int) -> None:
    source = (AUDIT / name).read_text()
    assert ordinary(source) <= most
    assert max(map(len, source.splitlines())) <= 120


def ordinary(source: str) -> int:
    """How many lines of a program say something to the machine: all but blank ones, comments and docstrings."""
    told = {line for node in ast.walk(ast.parse(source)) if is_text(node) for line in span(node)}
    lines = enumerate(source.splitlines(), 1)
    return sum(1 for number, line in lines if line.strip() and line.strip()[0] != "#" and number not in told)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def span(node: ast.AST) -> range:
    assert isinstance(node, ast.Expr)
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
