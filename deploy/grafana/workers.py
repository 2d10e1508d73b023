"""The workers' dashboard: which process is in trouble."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row, Variable, quantiles, query

_HERE = 'instance=~"$instance"'
_WORKER = f'job="copydesk", {_HERE}'

WORKERS = Dashboard(
    uid="copydesk-workers",
    title="copydesk workers",
    description="Event loop, pool, memory, rebalances and state of every worker process.",
    variables=(Variable("instance", 'up{job="copydesk"}', "instance"),),
    rows=(
        Row(
            "Processes",
            (
                Panel(
                    "Workers up",
                    "Worker processes that answer, and that are known.",
                    (
                        Query('sum(up{job="copydesk"})', "up"),
                        Query('count(up{job="copydesk"})', "known"),
                    ),
                    "short",
                    alerts=("WorkerDown", "StageWithoutWorkers", "WorkerRestarting"),
                ),
                Panel(
                    "Paused",
                    "1: a hop has paused because nearly everything fails.",
                    query("max by (stage) (news_breaker_open)", "{{stage}}"),
                    "short",
                    highest=1,
                    alerts=("WorkerPaused",),
                ),
                Panel(
                    "CPU",
                    "Of the worker process itself, in cores; the stages' work is the pool's.",
                    query(
                        f"rate(process_cpu_seconds_total{{{_WORKER}}}[$__rate_interval])",
                        "{{instance}}",
                    ),
                    "short",
                ),
                Panel(
                    "Event loop lag, 99 %",
                    "How late the event loop runs what is due.",
                    query(
                        "histogram_quantile(0.99, sum by (le, instance) (rate("
                        f"news_event_loop_lag_seconds_bucket{{{_HERE}}}[$__rate_interval])))",
                        "{{instance}}",
                    ),
                    "s",
                    limits=(0.5, 1),
                    alerts=("EventLoopBlocked",),
                ),
            ),
        ),
        Row(
            "Pool",
            (
                Panel(
                    "Processes of the pool",
                    "That work on a task, and that wait for one.",
                    query(
                        f"sum by (instance, state) (news_pool_processes{{{_HERE}}})",
                        "{{instance}} {{state}}",
                    ),
                    "short",
                    alerts=("StageStalled",),
                ),
                Panel(
                    "Tasks that wait",
                    "For a process of the pool. Always some: more processes or workers would help.",
                    query(
                        f"sum by (instance) (news_pool_waiting_tasks{{{_HERE}}})", "{{instance}}"
                    ),
                    "short",
                ),
                Panel(
                    "Processes that ended",
                    "renewed: for their age or size, as planned; the other reasons each cost an "
                    "article a second try.",
                    query(
                        f"sum by (reason) (increase(news_pool_ended_total{{{_HERE}}}"
                        "[$__rate_interval]))",
                        "{{reason}}",
                    ),
                    "short",
                ),
                Panel(
                    "In hand",
                    "Articles taken from Kafka and not finished.",
                    query("sum by (stage) (news_inflight_messages)", "{{stage}}"),
                    "short",
                ),
            ),
        ),
        Row(
            "Memory",
            (
                Panel(
                    "Resident memory of the workers",
                    "Of the worker process itself.",
                    query(f"process_resident_memory_bytes{{{_WORKER}}}", "{{instance}}"),
                    "bytes",
                ),
                Panel(
                    "Largest process of the pool",
                    "Resident size, with what it shares with its sisters; one over the limit is "
                    "killed.",
                    (
                        Query(f"news_pool_largest_process_bytes{{{_HERE}}}", "{{instance}}"),
                        Query(f"max(news_pool_process_limit_bytes{{{_HERE}}})", "limit"),
                    ),
                    "bytes",
                ),
                Panel(
                    "Verdicts in memory",
                    "What the claim remembers.",
                    query("sum by (stage) (news_state_entries)", "{{stage}}"),
                    "short",
                    alerts=("DuplicateRatioUnusual",),
                ),
                Panel(
                    "Size of the state",
                    "Bytes of the claim's memory.",
                    query("sum by (stage) (news_state_bytes)", "{{stage}}"),
                    "bytes",
                ),
                Panel(
                    "Window of the state",
                    "Age of the oldest day in the claim's memory; and how long it last took to be "
                    "read back.",
                    (
                        Query("max by (stage) (news_state_window_age_seconds)", "age"),
                        Query("max by (stage) (news_state_recovery_seconds)", "read back"),
                    ),
                    "s",
                ),
            ),
        ),
        Row(
            "Kafka",
            (
                Panel(
                    "Rebalances",
                    "Assignments of partitions, per minute.",
                    query(
                        "60 * sum by (stage) (rate(news_rebalances_total[$__rate_interval]))",
                        "{{stage}}",
                    ),
                    "short",
                    alerts=("RebalanceStorm",),
                ),
                Panel(
                    "Commit time, 95 %",
                    "Of one commit of offsets.",
                    quantiles("news_commit_duration_seconds", 0.95, by="stage"),
                    "s",
                ),
                Panel(
                    "Retries",
                    "delivery: a record that Kafka did not take at once; crashed: a task whose "
                    "process died.",
                    query(
                        "sum by (stage, reason) (rate(news_retries_total[$__rate_interval]))",
                        "{{stage}} {{reason}}",
                    ),
                    "ops",
                ),
                Panel(
                    "Versions",
                    "What runs.",
                    query(
                        "max by (job, instance, version, models) (news_build_info)",
                        "{{instance}} {{version}}",
                    ),
                    "short",
                    kind="table",
                ),
            ),
        ),
    ),
)
