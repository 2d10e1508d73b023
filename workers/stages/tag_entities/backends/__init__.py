"""Models of other makers behind the stage's protocol; which language has which, a setting says.

``load.py`` turns a choice of the setting into an engine. A backend finds names and labels them in
its own words (``backend.py``); ``labels.py`` translates, ``model_engine.py`` makes any text fit for
it. What a backend needs beside copydesk is imported where it is used: without it the choice is
unusable, and says what to install, but nothing else suffers.
"""

from workers.stages.tag_entities.backends.load import load
from workers.stages.tag_entities.backends.unusable import UnusableModel

__all__ = ["UnusableModel", "load"]
