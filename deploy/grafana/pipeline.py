"""The pipeline's dashboard: rate, errors and duration of every stage, lag, latency, outcomes."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row, quantiles, query

_FINISHED = "news_messages_processed_total"
_LATE = ("LatencyBudgetBurningFast", "LatencyBudgetBurningSlowly")

PIPELINE = Dashboard(
    uid="copydesk-pipeline",
    title="copydesk pipeline",
    description="Articles from arrival to publication: what each stage does, and what waits.",
    rows=(
        Row(
            "Now",
            (
                Panel(
                    "Arrivals",
                    "Articles that fingerprint takes, per second.",
                    query(f'sum(rate({_FINISHED}{{stage="fingerprint"}}[$__rate_interval]))'),
                    "ops",
                    kind="stat",
                    width=4,
                    height=4,
                ),
                Panel(
                    "Published",
                    "Enriched articles per second.",
                    query(
                        f'sum(rate({_FINISHED}{{stage="tag_entities", outcome=~"ok|error"}}'
                        "[$__rate_interval]))"
                    ),
                    "ops",
                    kind="stat",
                    width=4,
                    height=4,
                ),
                Panel(
                    "Records waiting",
                    "In front of all stages together.",
                    query("sum(copydesk:stage_lag:messages)"),
                    "short",
                    kind="stat",
                    width=4,
                    height=4,
                    limits=(500, 5000),
                    alerts=("LagGrowing", "StageStalled"),
                ),
                Panel(
                    "Furthest behind",
                    "Age of what the slowest stage finishes now; 0 where nothing waits.",
                    query("max(copydesk:stage_lag:seconds)"),
                    "s",
                    kind="stat",
                    width=4,
                    height=4,
                    limits=(60, 900),
                    alerts=("WatermarkStale",),
                ),
                Panel(
                    "Late, last hour",
                    "Share of the articles that came out later than 30 s after their fetch; the "
                    "promise is 1 % over a month.",
                    query("copydesk:end_to_end_late:ratio_rate1h"),
                    "percentunit",
                    kind="stat",
                    width=4,
                    height=4,
                    limits=(0.01, 0.144),
                    alerts=_LATE,
                ),
                Panel(
                    "Alerts",
                    "That fire now, those included that Alertmanager silences.",
                    query('count(ALERTS{alertstate="firing"}) or vector(0)'),
                    "short",
                    kind="stat",
                    width=4,
                    height=4,
                    limits=(1, 3),
                ),
            ),
        ),
        Row(
            "Rate, errors, duration",
            (
                Panel(
                    "Articles by stage",
                    "What each stage finishes, however it ends.",
                    query(
                        f"sum by (stage) (rate({_FINISHED}[$__rate_interval]))",
                        "{{stage}}",
                    ),
                    "ops",
                    alerts=("StageStalled", "StageWithoutWorkers"),
                ),
                Panel(
                    "Outcomes",
                    "ok, a duplicate, a dead letter, or error: an optional stage failed and the "
                    "article goes on as partial.",
                    query(
                        f"sum by (outcome) (rate({_FINISHED}[$__rate_interval]))",
                        "{{outcome}}",
                    ),
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "Errors by stage",
                    "Share of what a stage takes that becomes a dead letter or fails in an "
                    "optional stage.",
                    query(
                        f'sum by (stage) (rate({_FINISHED}{{outcome=~"dead_letter|error"}}'
                        "[$__rate_interval])) "
                        f"/ (sum by (stage) (rate({_FINISHED}[$__rate_interval])) > 0)",
                        "{{stage}}",
                    ),
                    "percentunit",
                    alerts=("DeadLetterRatioHigh", "WorkerPaused"),
                ),
                Panel(
                    "Processing time",
                    "What a stage needs for one article: half of them less than the first line, "
                    "95 of 100 less than the second.",
                    quantiles("news_processing_duration_seconds", 0.5, 0.95, by="stage"),
                    "s",
                ),
            ),
        ),
        Row(
            "Lag",
            (
                Panel(
                    "Records waiting by stage",
                    "Behind what the stage's consumer group has committed, by Kafka's own word if "
                    "a lag exporter runs.",
                    query("copydesk:stage_lag:messages", "{{stage}}"),
                    "short",
                    alerts=("LagGrowing", "LagUnmeasured"),
                ),
                Panel(
                    "Seconds behind by stage",
                    "Age of the newest record that the stage has finished, where more waits.",
                    query("copydesk:stage_lag:seconds", "{{stage}}"),
                    "s",
                    limits=(300, 900),
                    alerts=("WatermarkStale",),
                ),
                Panel(
                    "Waiting at least since",
                    "How long the first unfinished record has been seen standing, by stage.",
                    query(
                        "max by (stage) (news_oldest_unprocessed_age_seconds)",
                        "{{stage}}",
                    ),
                    "s",
                ),
                Panel(
                    "Time to drain",
                    "Records waiting, at the rate of the last five minutes and if nothing more "
                    "came. No line: the stage does nothing.",
                    query(
                        "copydesk:stage_lag:messages / on (stage) "
                        "(copydesk:stage_finished:rate5m > 0)",
                        "{{stage}}",
                    ),
                    "s",
                ),
                Panel(
                    "Queue time, 95 %",
                    "From a record's time in its topic to the start of its work.",
                    quantiles("news_stage_queue_seconds", 0.95, by="stage"),
                    "s",
                ),
                Panel(
                    "Kafka's silence",
                    "How long ago Kafka last told a hop's workers how far its topic goes.",
                    query("max by (stage) (news_kafka_silence_seconds)", "{{stage}}"),
                    "s",
                    limits=(15, 60),
                    alerts=("KafkaUnreachable",),
                ),
            ),
        ),
        Row(
            "Latency",
            (
                Panel(
                    "End-to-end latency",
                    "From the fetch of an article (or its arrival) to its publication.",
                    quantiles("news_end_to_end_latency_seconds", 0.5, 0.95, 0.99),
                    "s",
                    limits=(10, 30),
                    alerts=_LATE,
                ),
                Panel(
                    "Late articles",
                    "Share later than 30 s, over four windows; the budget of 1 % burns 14.4 times "
                    "too fast at .144 and six times at .06.",
                    (
                        Query("copydesk:end_to_end_late:ratio_rate5m", "5 minutes"),
                        Query("copydesk:end_to_end_late:ratio_rate30m", "30 minutes"),
                        Query("copydesk:end_to_end_late:ratio_rate1h", "1 hour"),
                        Query("copydesk:end_to_end_late:ratio_rate6h", "6 hours"),
                    ),
                    "percentunit",
                    limits=(0.06, 0.144),
                    alerts=_LATE,
                ),
                Panel(
                    "Age of articles when published",
                    "From an article's own date to its publication.",
                    quantiles("news_publish_age_seconds", 0.5, 0.95),
                    "s",
                ),
                Panel(
                    "Clocks",
                    "Latencies below zero: somebody's clock is ahead.",
                    query("sum(rate(news_negative_latencies_total[$__rate_interval]))", "per s"),
                    "ops",
                ),
            ),
        ),
    ),
)
