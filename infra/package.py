"""`make package STAGE=...`: from the sources to build/<stage>/, ready for CloudFormation.

Chalice writes the template and the zip; this adds what it cannot do: it takes what the hot path never imports out of
the functions' zip into a layer, puts bytecode beside every module, turns SAM into plain CloudFormation (which the
local emulator and AWS read alike) and has the result linted. The same sources give the same bytes, and a second call
without a change returns at once.
"""

import argparse
import fcntl
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra import archive
from infra.archive import ArchiveError

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("local", "prod")
# What only the functions behind the hot path import; these and what nothing else needs become the layer.
LAYER = ("aws-lambda-powertools", "reportlab")
# reportlab's hands for pictures and for XML of unknown encoding, both compiled; statements have neither.
LEFT_OUT = ("pillow", "charset-normalizer")
_TEMPLATE = "infra/resources.yaml"
# No call to AWS is made while packaging; the libraries just refuse to work without a region.
_REGION = "us-east-1"

Template = dict[str, Any]
Say = Callable[[str], None]


class PackageError(Exception):
    """The package cannot be made; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Package:
    """What `make package` leaves in build/<stage>/."""

    stage: str
    folder: Path
    architecture: str

    @property
    def template(self) -> Path:
        """Plain CloudFormation, with the parameters CodeBucket, CodeKey and LayerKey."""
        return self.folder / "template.json"

    @property
    def sam(self) -> Path:
        """The same before the translation, for `sam` and for the eye."""
        return self.folder / "sam.json"

    @property
    def code(self) -> Path:
        """The zip of all functions; unpacked beside it in `code/`."""
        return self.folder / "code.zip"

    @property
    def layer(self) -> Path:
        """The zip of the layer; unpacked beside it in `layer/`."""
        return self.folder / "layer.zip"


def package(stage: str, project: Path = ROOT, out: Path | None = None, say: Say = print) -> Package:
    """Package a project for a stage into `out` (build/<stage> of the project), unless that is already done.

    Raises PackageError with one line that says what is wrong.
    """
    if stage not in STAGES:
        raise PackageError(f"there is no stage {stage}: choose {' or '.join(STAGES)}")
    made = Package(stage, out or project / "build" / stage, _architecture(project, stage))
    made.folder.parent.mkdir(parents=True, exist_ok=True)
    # Two at once would tread on each other; the second waits and finds the work done.
    with made.folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            _make_if_changed(made, project, say)
        except ArchiveError as problem:
            raise PackageError(str(problem)) from problem
    return made


def _make_if_changed(made: Package, project: Path, say: Say) -> None:
    """Make the package beside its place and then put it there, so that nobody reads a half."""
    inputs, stamp = _inputs(made, project), made.folder / "inputs.sha256"
    if stamp.exists() and stamp.read_text() == inputs:
        say(f"package: {made.folder} is up to date")
        return
    fresh = replace(made, folder=made.folder.with_suffix(".new"))
    shutil.rmtree(fresh.folder, ignore_errors=True)
    fresh.folder.mkdir()
    _make(fresh, project, say)
    (fresh.folder / stamp.name).write_text(inputs)
    shutil.rmtree(made.folder, ignore_errors=True)
    fresh.folder.rename(made.folder)
    say(f"package: {made.folder}: code {_kilobytes(made.code)}, layer {_kilobytes(made.layer)}")


def _make(made: Package, project: Path, say: Say) -> None:
    """All steps, each announced."""
    say(f"package: {made.stage} for {made.architecture}, Python {sys.version_info.major}.{sys.version_info.minor}")
    runtime, plain = _runtime(project), _runtime(project, without=LAYER)
    layer = [name for name in runtime if name not in plain]
    say(f"package: functions with {', '.join(plain) or 'nothing'}; layer with {', '.join(layer)}")
    source = made.folder / "source"
    _stage_source(made, project, source)
    archive.lay(plain.values(), source / "vendor")
    _write_templates(made, _chalice(made, source, project))
    with _lint(made.template) as lint:
        say("package: bytecode and zips")
        with zipfile.ZipFile(made.folder / "deployment.zip") as chalice_zip:
            chalice_zip.extractall(made.folder / "code")
        archive.lay((runtime[name] for name in layer), made.folder / "layer/python")
        for tree, home, target in (("code", "/var/task", made.code), ("layer", "/opt", made.layer)):
            archive.compile_tree(made.folder / tree, home)
            archive.pack(made.folder / tree, target)
        (made.folder / "deployment.zip").unlink()
        shutil.rmtree(source)
        say("package: cfn-lint")
        _finish(lint)


def _runtime(project: Path, without: tuple[str, ...] = ()) -> dict[str, importlib.metadata.Distribution]:
    """The packages that ship, by name; `without` those and what only they need."""
    asked = archive.requirements(project / "requirements.txt")
    return archive.closure((name for name in asked if name not in without), LEFT_OUT)


def _stage_source(made: Package, project: Path, source: Path) -> None:
    """A clean copy for Chalice, which would ship every stray file it finds in chalicelib."""
    if not (project / "app.py").exists():
        raise PackageError(f"there is no app.py in {project}")
    for file in _sources(project):
        target = source / file.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    # The vendored packages stand for requirements.txt, which Chalice would have pip download without hashes.
    (source / "requirements.txt").write_text("")
    config = json.loads((source / ".chalice/config.json").read_text())
    config["stages"][made.stage]["lambda_architecture"] = made.architecture
    (source / ".chalice/config.json").write_text(json.dumps(config))


def _chalice(made: Package, source: Path, project: Path) -> Template:
    """The merged SAM template; Chalice's zip is left in the package's folder."""
    import yaml  # type: ignore[import-untyped]

    command = [sys.executable, "-B", "-c", "import sys; from chalice.cli import main; sys.exit(main())", "package"]
    options = ["--stage", made.stage, "--merge-template", str(project / _TEMPLATE), str(made.folder.resolve())]
    done = subprocess.run(
        [*command, *options],
        cwd=source,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(source), "AWS_DEFAULT_REGION": _REGION},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"chalice package: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    sam = made.folder / "sam.yaml"
    template: Template = yaml.safe_load(sam.read_text())
    sam.unlink()
    return template


def _write_templates(made: Package, template: Template) -> None:
    """Settle what Chalice leaves different between stages, then write SAM and its translation."""
    for name, resource in template["Resources"].items():
        if "Type" not in resource:
            raise PackageError(f"{_TEMPLATE} adds to {name}, but app.py has no such function")
        if resource["Type"] == "AWS::Serverless::Function":
            # Chalice tags each function with its version and stage; only named settings may differ between stages.
            resource["Properties"].pop("Tags", None)
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["CompatibleArchitectures"] = [made.architecture]
            resource["Properties"]["CompatibleRuntimes"] = [f"python{sys.version_info.major}.{sys.version_info.minor}"]
    made.sam.write_text(json.dumps(template, indent=1, sort_keys=True) + "\n")
    made.template.write_text(json.dumps(_translated(template), indent=1, sort_keys=True) + "\n")


def _translated(template: Template) -> Template:
    """SAM as plain CloudFormation."""
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException  # type: ignore[import-untyped]
    from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
    from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=_REGION))
    try:
        plain: Template = translator.translate(json.loads(json.dumps(template)), {})
    except InvalidDocumentException as invalid:
        causes = "; ".join(cause.message for cause in invalid.causes)
        raise PackageError(f"the template is not valid SAM: {causes}") from invalid
    return plain


def _lint(template: Path) -> "subprocess.Popen[str]":
    """Start cfn-lint; it takes seconds, which the zips need as well."""
    command = [sys.executable, "-c", "import sys; from cfnlint.runner import main; sys.exit(main())"]
    return subprocess.Popen(
        [*command, "--regions", _REGION, "--format", "parseable", "--", str(template)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish(lint: "subprocess.Popen[str]") -> None:
    """Wait for cfn-lint and pass on its first complaint."""
    output, _ = lint.communicate()
    if lint.returncode:
        raise PackageError(f"cfn-lint: {output.strip().splitlines()[0]}")


def _architecture(project: Path, stage: str) -> str:
    """The stage's own setting, else what this machine is (the emulator runs the functions on it)."""
    config = json.loads((project / ".chalice/config.json").read_text())
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    return str(config["stages"][stage].get("lambda_architecture", machine))


def _sources(project: Path) -> Iterator[Path]:
    """Every file of the program itself, in a fixed order."""
    yield project / "app.py"
    yield from sorted((project / ".chalice").glob("*.json"))
    for path in sorted((project / "chalicelib").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield path


def _inputs(made: Package, project: Path) -> str:
    """A hash over everything that can change the package's bytes."""
    runtime = _runtime(project)
    tools = archive.closure(["chalice", "aws-sam-translator"])
    words = [made.stage, made.architecture, sys.version]
    words += [f"{name}=={found.version}" for name, found in (runtime | tools).items()]
    digest = hashlib.sha256("\n".join(words).encode())
    own = sorted(Path(__file__).parent.glob("*.py"))
    for path in [*_sources(project), project / _TEMPLATE, *own]:
        if path.exists():
            digest.update(f"\n{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def _kilobytes(file: Path) -> str:
    return f"{file.stat().st_size / 1000:,.0f} kB"


def main() -> int:
    """The command line: `python -m infra.package --stage prod`."""
    parser = argparse.ArgumentParser(prog="make package", description="Package the program for a stage.")
    parser.add_argument("--stage", default="local", help="local or prod")
    parser.add_argument("--project", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        package(options.stage, options.project)
    except PackageError as problem:
        sys.stderr.write(f"package: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
