"""Prometheus, Alertmanager and a webhook on live workers: ``python -m tests.monitoring``."""
