"""What more than one stage needs of a page's HTML before, or instead of, parsing it.

``markup.py`` makes it fit for parsers, ``stated.py`` and ``embedded.py`` read what is not shown.
"""
