"""The feeds' dashboard: what comes in."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row, quantiles, query

FEEDS = Dashboard(
    uid="copydesk-feeds",
    title="copydesk feeds",
    description="What the feed producer asks for, gets and sends.",
    rows=(
        Row(
            "Feeds",
            (
                Panel(
                    "Feeds by state",
                    "`copydesk feeds` names them.",
                    query("sum by (state) (news_feeds)", "{{state}}"),
                    "short",
                    stacked=True,
                    alerts=("FeedsFailing", "FeedsSilent", "FeedProducerDown"),
                ),
                Panel(
                    "Last answer",
                    "How long ago any feed last answered; slow ones are asked once a day.",
                    query("time() - max(news_feed_last_success_timestamp_seconds > 0)", "any feed"),
                    "s",
                ),
                Panel(
                    "Polls by result",
                    "new: with items that were not known.",
                    query(
                        "sum by (result) (rate(news_feed_fetch_total[$__rate_interval]))",
                        "{{result}}",
                    ),
                    "ops",
                    alerts=("FeedsNotPolled",),
                ),
                Panel(
                    "How late polls begin",
                    "After they are due.",
                    quantiles("news_feed_poll_lateness_seconds", 0.5, 0.95),
                    "s",
                ),
            ),
        ),
        Row(
            "Items",
            (
                Panel(
                    "What becomes of items",
                    "article, or excerpt of one; page: to be fetched; again: known from another "
                    "feed; old; lost: no article could be made.",
                    query(
                        "sum by (result) (rate(news_feed_items_total[$__rate_interval]))",
                        "{{result}}",
                    ),
                    "ops",
                    alerts=("FeedItemsLost",),
                ),
                Panel(
                    "Waiting",
                    "Feeds to be asked, pages to be fetched, articles not confirmed by Kafka.",
                    (
                        Query("sum(news_feeds_due)", "feeds"),
                        Query("sum(news_feed_pages_waiting)", "pages"),
                        Query("sum(news_feed_articles_waiting)", "articles"),
                    ),
                    "short",
                    alerts=("FeedArticlesWaiting",),
                ),
                Panel(
                    "Articles produced",
                    "That Kafka has confirmed.",
                    query(
                        "sum(rate(news_feed_articles_produced_total[$__rate_interval]))", "per s"
                    ),
                    "ops",
                ),
                Panel(
                    "Memory",
                    "Of the producer's own process.",
                    query('process_resident_memory_bytes{job="feeds"}', "{{instance}}"),
                    "bytes",
                ),
            ),
        ),
    ),
)
