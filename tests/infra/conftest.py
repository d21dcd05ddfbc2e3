"""Packages of both stages, and the template that would go into service."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.package import Package, package
from infra.stack import deploy, destroy
from tests.stack import Standing

Template = dict[str, Any]
# Of a resource type, each name with its properties.
Kind = Callable[[str], Iterator[tuple[str, dict[str, Any]]]]


@pytest.fixture(scope="session")
def local() -> Package:
    """The package that tests and `make run` put up."""
    return package("local")


@pytest.fixture(scope="session")
def prod() -> Package:
    """The package for AWS."""
    return package("prod")


@pytest.fixture(scope="session")
def template(prod: Package) -> Template:
    """Plain CloudFormation of the stage prod."""
    loaded: Template = json.loads(prod.template.read_text())
    return loaded


@pytest.fixture(scope="module")
def spare(stack: Standing) -> Iterator[Standing]:
    """A second stack beside the shared one, to be handled roughly."""
    outputs = deploy(stack.made, "spare", stack.account, say=unsaid)
    yield Standing(stack.made, stack.emulator, stack.account, outputs)
    destroy("spare", stack.account, data=True, say=unsaid)


def unsaid(_: str) -> None:
    """Progress is for people."""


@pytest.fixture(scope="session")
def of_type(template: Template) -> Kind:
    """Resources of the template by their type."""

    def found(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in template["Resources"].items():
            if resource["Type"] == kind:
                yield name, resource["Properties"]

    return found
