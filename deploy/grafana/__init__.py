"""The source of the dashboards: ``python -m deploy.grafana`` writes ``dashboards/*.json``."""
