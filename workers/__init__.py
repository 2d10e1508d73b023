"""copydesk's workers: pure stages, the pipeline that chains them, and the runtime under it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("copydesk")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0"
