"""The only place that opens connections to the web: safe, polite, and never without an answer.

``addresses``, ``targets``, ``unpack`` and ``answers`` are pure. ``politeness`` gives each host its
turns, ``robots`` knows what sites allow, ``connect`` opens connections to checked addresses only,
and ``client`` puts them in order.
"""
