"""What a person types: the targets are told, a missing tool is one line, deploy and destroy work from the shell."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.package import ROOT
from tests.stack import Standing

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = ("setup", "run", "package", "test", "stress", "bench", "deploy", "destroy", "lock", "clean")


def make(*words: str, cwd: Path = ROOT, more: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **(more or {})}
    return subprocess.run(["make", *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_told(target: str) -> None:
    told = make().stdout

    assert re.search(rf"^  {target} +\S", told, re.MULTILINE)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A clone in which nothing was set up."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def test_a_missing_python_is_one_line(fresh: Path) -> None:
    done = make("setup", "PYTHON=python9", cwd=fresh)

    assert (done.returncode, done.stdout) == (2, "setup: there is no python9: install Python 3.11 or newer\n")


def test_an_old_python_is_one_line(fresh: Path) -> None:
    old = fresh / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2"\n')
    old.chmod(0o755)

    done = make("setup", f"PYTHON={old}", cwd=fresh)

    assert done.returncode == 2
    assert done.stdout == "setup: Python 3.9.2 is too old: install Python 3.11 or newer, or say PYTHON=python3.11\n"


def test_a_python_without_venv_is_one_line(fresh: Path) -> None:
    bare = fresh / "python3.11"
    bare.write_text('#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\n')
    bare.chmod(0o755)

    done = make("setup", f"PYTHON={bare}", cwd=fresh)

    assert done.stdout == "setup: Python has no venv: install it (Debian: apt-get install python3-venv)\n"


def test_a_second_setup_does_nothing() -> None:
    done = make("setup")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_deploy_and_destroy_work_from_the_shell(stack: Standing) -> None:
    more = stack.emulator.environment
    words = ("STAGE=local", "NAME=typed")

    up = make("deploy", *words, "PARAMETERS=TimeZone=Europe/Berlin Clid=cid", more=more)
    down = make("destroy", *words, more=more)
    gone = make("destroy", *words, "DATA=delete", more=more)

    assert [done.returncode for done in (up, down, gone)] == [0, 0, 0], up.stderr + down.stderr + gone.stderr
    assert re.search(r"^LedgerTable +typed-Ledger-\w+$", up.stdout, re.MULTILINE)
    assert "make deploy takes them over, make destroy DATA=delete deletes them" in down.stdout
    assert "destroy: deleting typed-Ledger-" in gone.stdout
    assert [t for t in stack.client("dynamodb").list_tables()["TableNames"] if t.startswith("typed-")] == []


def test_a_deploy_without_an_account_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    nowhere = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}

    done = make("deploy", "STAGE=local", more=nowhere)

    assert done.returncode == 2
    assert "set AWS_PROFILE and AWS_REGION, or AWS_ENDPOINT_URL for a local AWS" in done.stderr.splitlines()[0]
