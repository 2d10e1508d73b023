"""``python -m tests.deploy.image``: the image, built without a container engine and run confined.

Buildah builds deploy/Dockerfile with chroot isolation. Its base image cannot be fetched here, so
that one with the same name is made of Debian's packages by mmdebstrap: same release, same Python
minor version. The built root is then mounted read-only and its command run in it as user 10001.
Needs root, and Debian's packages buildah, mmdebstrap and bubblewrap; else it says what is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.composed import ROOT
from workers import samples

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
TOOLS = ("buildah", "mmdebstrap", "bwrap")
PACKAGES = "python3,python3-venv,python-is-python3,ca-certificates"
IMAGE = "localhost/copydesk-verified"
FORWARDED = ("PIP_", "SSL_CERT_FILE", "http_proxy", "https_proxy", "no_proxy")
"""Of the environment, what pip may need to reach its index."""


def main() -> int:
    """Build and run; 0 also where the tools are missing, with a word of it; 1 if it fails."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.getuid() != 0:
        why = f"{', '.join(missing)} not installed" if missing else "it needs root"
        print(f"deploy/Dockerfile: not built: {why}")
        return 0
    with tempfile.TemporaryDirectory(prefix="copydesk-image-") as name:
        folder = Path(name)
        # Its own storage: nothing of the machine's images is seen or changed.
        storage = ["--root", f"{folder}/storage", "--runroot", f"{folder}/run"]
        buildah = ["buildah", *storage, "--storage-driver", "vfs"]
        try:
            base(buildah, folder)
            build(buildah)
            container = run(*buildah, "from", "--pull-never", IMAGE).strip()
            root = Path(run(*buildah, "mount", container).strip())
            check(json.loads(run(*buildah, "inspect", IMAGE)), root)
            confined(root, folder)
            run(*buildah, "umount", container)
        except subprocess.CalledProcessError as error:
            print(f"deploy/Dockerfile: {error}\n{error.stdout[-3000:]}", file=sys.stderr)
            return 1
        except AssertionError as error:
            print(f"deploy/Dockerfile: {error}", file=sys.stderr)
            return 1
    return 0


def base(buildah: list[str], folder: Path) -> None:
    """An image with the name of the base image, from Debian's packages."""
    (name,) = set(re.findall(r"^FROM (\S+)", DOCKERFILE.read_text("utf-8"), re.M))
    release = name.rpartition("-")[2]
    archive = folder / "base.tar"
    run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", release, str(archive))
    working = run(*buildah, "from", "scratch").strip()
    run(*buildah, "add", working, str(archive), "/")
    run(*buildah, "commit", "--rm", working, f"docker.io/library/{name}")
    archive.unlink()
    print(f"base: {name}, of Debian's {release}")


def build(buildah: list[str]) -> None:
    """Build the Dockerfile, with nothing but the base made here and the package index."""
    settings = [name for name in os.environ if name.startswith(FORWARDED)]
    told = [word for name in settings for word in ("--env", f"{name}={os.environ[name]}")]
    shared = [path for path in ("/etc/ssl/certs", "/etc/pip.conf") if Path(path).exists()]
    words = [
        *(*buildah, "build", "--isolation", "chroot", "--pull-never", "--format", "docker"),
        *told,
        *(word for path in shared for word in ("--volume", f"{path}:{path}:ro")),
        *("--file", str(DOCKERFILE), "--tag", IMAGE, str(ROOT)),
    ]
    run(*words)
    print("built: buildah, chroot isolation")


def check(inspected: dict[str, object], root: Path) -> None:
    """What the image says of itself, and that no tool of the build is left in it."""
    docker = inspected["Docker"]
    assert isinstance(docker, dict)
    config = docker["config"]
    assert config["User"] == "10001:10001", config
    assert config["Entrypoint"] == ["copydesk"], config
    packages = list((root / "opt" / "copydesk" / "lib").glob("python3*/site-packages/*"))
    assert packages
    assert not [path for path in packages if path.name == "pip"], "pip is still there"
    size = sum(path.lstat().st_size for path in (root / "opt" / "copydesk").rglob("*"))
    print(f"image: user {config['User']}, /opt/copydesk of {size / 1e6:.0f} MB, no pip")


def confined(root: Path, folder: Path) -> None:
    """The main job on the built root: read-only, as user 10001, no capability, no network."""
    output = folder / "tmp"
    output.mkdir()
    os.chown(output, 10001, 10001)
    words = [
        *("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--die-with-parent", "--clearenv", "--setenv", "HOME", "/tmp"),
        *("--setenv", "PATH", "/opt/copydesk/bin:/usr/bin:/bin"),
        *("--ro-bind", str(root), "/", "--proc", "/proc", "--dev", "/dev"),
        *("--bind", str(output), "/tmp", "--chdir", "/tmp"),
        *("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs"),
        *("--bounding-set=-all", "--inh-caps=-all"),
    ]
    said = run(*words, "sh", "-c", "id -u; touch /opt/copydesk/x 2>&1 || true")
    assert said.startswith("10001\n"), said
    assert "Read-only file system" in said, said
    run(*words, "copydesk", "run", "--output", "/tmp/enriched.jsonl")
    lines = (output / "enriched.jsonl").read_text("utf-8").splitlines()
    wanted = samples.OUTCOMES["enriched"]
    assert len(lines) == wanted, f"{len(lines)} enriched and not {wanted}"
    print(f"run: as 10001 on a read-only root, {len(lines)} of the samples enriched")


def run(*words: str) -> str:
    """Run a program; what it printed. CalledProcessError if it failed."""
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
