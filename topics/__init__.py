"""The wire contract: record types, topics, headers, codec and schemas.

Nothing here imports ``workers``: a consumer of the topics needs this package alone.
"""
