"""``python -m tests.release.notices``: writes THIRD_PARTY_NOTICES.md.

Each package that copydesk installs with the licence under which it is used. A release comes with
their texts too; in an image they lie beside the packages.
"""

from __future__ import annotations

import hashlib

from tests.release.licences import ROOT, chosen, expression, installed, texts

PATH = ROOT / "THIRD_PARTY_NOTICES.md"
_HEAD = """# Third-party notices

What is installed with copydesk, and under which licence; where a package offers several, the one
that is used is named. The texts come with a release (`copydesk-VERSION-notices.txt`). Of the data
and models that are part of copydesk, the `NOTICE.txt` files and model cards below `workers/` tell.
`python -m tests.release.notices` writes this list.
"""


def rows() -> list[tuple[str, str, str]]:
    """(package, version, licence that is used) of everything that is installed."""
    return [
        (name, package.version, chosen(expression(package)))
        for name, package in sorted(installed().items())
    ]


def page() -> str:
    """The whole file."""
    lines = [_HEAD, "| package | version | licence |", "|---|---|---|"]
    lines += [f"| {name} | {version} | {licence} |" for name, version, licence in rows()]
    return "\n".join(lines) + "\n"


def with_texts() -> str:
    """The file, and what each package says; packages with the same text share it."""
    bodies: dict[str, str] = {}
    users: dict[str, list[str]] = {}
    for name, package in sorted(installed().items()):
        for file, text in texts(package):
            digest = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
            bodies.setdefault(digest, text)
            users.setdefault(digest, []).append(f"{name} ({file})")
    parts = [f"\n## {', '.join(users[digest])}\n\n{text}\n" for digest, text in bodies.items()]
    return page() + "".join(parts)


if __name__ == "__main__":
    PATH.write_text(page(), "utf-8")
