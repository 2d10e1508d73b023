"""Items of feeds, with or without their pages, as raw articles.

``fullness.py`` says whether a feed carries the article itself, ``walls.py`` whether a page does or
only what stands before a paywall or a request for consent, ``made.py`` makes the article.
"""
