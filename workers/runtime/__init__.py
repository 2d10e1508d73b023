"""What runs the stages: Faust apps, deliveries, the process pool, state, metrics and health.

The only part of copydesk that talks to Kafka and Prometheus.
"""
