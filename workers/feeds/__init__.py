"""The feed producer: what it follows, how it fetches, what it reads, and when it comes again.

``formats`` and ``pages`` are pure: bytes in, items or articles out. ``fetch`` is the only place
that opens a connection. ``state`` is what survives a kill, ``rhythm`` decides when to ask again,
and ``watch`` puts them in order.
"""
