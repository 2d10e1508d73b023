"""The ``copydesk`` command line."""


def main() -> None:
    """Placeholder entry point."""
