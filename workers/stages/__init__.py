"""The stages: each a package named for what it does; none imports another."""
