"""strip_boilerplate: the article's own text, without what its page put around it.

Read ``stage.py`` first, then ``plain_text.py`` (rules) and ``page.py`` (HTML).
"""

from workers.stages.strip_boilerplate.stage import StripBoilerplate

__all__ = ["StripBoilerplate"]
