"""``make release``: what a release consists of, into dist/.

Wheel and sdist, tried in a clean environment that has exactly what requirements.lock pins; the SBOM
of that environment (CycloneDX, validated); the notices; the lock; and checksums of all of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.release import notices
from tests.release.building import ReleaseError, build, environment, install, project, run
from tests.release.licences import LOCK, ROOT, conditional, locked

DIST = ROOT / "dist"
TOOLS = {"pip", "setuptools"}
"""What is in the environment to install the rest; not part of copydesk."""


def main() -> int:
    """Make it; 1 if anything is not as it should be."""
    version = str(project()["version"])
    try:
        if f"## {version} " not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
            raise ReleaseError(f"CHANGELOG.md has no section {version}")
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        wheel, _ = build(DIST)
        with tempfile.TemporaryDirectory(prefix="copydesk-release-") as name:
            try_out(wheel, version, Path(name))
        (DIST / f"copydesk-{version}-notices.txt").write_text(notices.with_texts(), "utf-8")
        shutil.copy(LOCK, DIST / f"copydesk-{version}-requirements.lock")
        sums = checksums()
    except ReleaseError as error:
        print(f"make release: {error}", file=sys.stderr)
        return 1
    print(sums, end="")
    return 0


def try_out(wheel: Path, version: str, folder: Path) -> None:
    """Install the wheel with what the lock pins, run the main job, and write the SBOM."""
    python = environment(folder / "environment", borrowed=False)
    install(python, wheel, locked=True)
    said = run(str(python.with_name("copydesk")), "run", cwd=folder)
    print(said.splitlines()[-1])
    # What only installed the rest is no part of it.
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    run(sys.executable, *pip, "uninstall", "--yes", *sorted(TOOLS))
    path = DIST / f"copydesk-{version}.cdx.json"
    tool = str(Path(sys.executable).with_name("cyclonedx-py"))
    settings = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--validate"]
    run(tool, "environment", *settings, "--sv", "1.6", "--of", "JSON", "-o", str(path), str(python))
    check_sbom(path, version)


def check_sbom(path: Path, version: str) -> None:
    """It names copydesk and what the lock pins, and nothing else; ReleaseError if not."""
    bill = json.loads(path.read_text("utf-8"))
    about = bill["metadata"]["component"]
    if (about["name"], about["version"]) != ("copydesk", version):
        raise ReleaseError(f"the SBOM is of {about['name']} {about['version']}")
    named = {item["name"].lower().replace("_", "-"): item["version"] for item in bill["components"]}
    named.pop("copydesk", None)
    wanted = locked()
    optional = conditional()
    missing = {name for name in wanted if name not in named and name not in optional}
    other = {name for name, found in named.items() if wanted.get(name) != found}
    if missing or other:
        raise ReleaseError(f"the SBOM lacks {sorted(missing)} and has {sorted(other)} too")
    print(f"SBOM: {len(named)} packages, CycloneDX 1.6, valid")


def checksums() -> str:
    """Write SHA256SUMS of everything in dist/; its text."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(lines), "utf-8")
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
