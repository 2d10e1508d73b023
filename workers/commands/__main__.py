"""``python -m workers.commands``: the same as ``copydesk``."""

from workers.commands import main

main()
