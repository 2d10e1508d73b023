"""The quality dashboard: what comes out, and what does not."""

from deploy.grafana.panels import Dashboard, Panel, Query, Row, quantiles, query

QUALITY = Dashboard(
    uid="copydesk-quality",
    title="copydesk quality",
    description="Languages, duplicates, what is removed, entities, dead letters.",
    rows=(
        Row(
            "Articles",
            (
                Panel(
                    "Languages",
                    "Published articles of the chosen time by language; und: none could be told.",
                    query(
                        "sort_desc(topk(15, sum by (language) "
                        "(increase(news_articles_language_total[$__range]))))",
                        "{{language}}",
                    ),
                    "short",
                    kind="bargauge",
                ),
                Panel(
                    "Undetermined",
                    "Share of the published articles whose language could not be told.",
                    query(
                        'sum(rate(news_articles_language_total{language="und"}[$__rate_interval])) '
                        "/ (sum(rate(news_articles_language_total[$__rate_interval])) > 0)",
                        "und",
                    ),
                    "percentunit",
                ),
                Panel(
                    "Removed share",
                    "Of all characters of the published articles, what was not the article's own; "
                    "and of half of the articles at least so much.",
                    (
                        Query(
                            'sum(rate(news_text_characters_total{fate="removed"}'
                            "[$__rate_interval])) "
                            "/ (sum(rate(news_text_characters_total[$__rate_interval])) > 0)",
                            "of all characters",
                        ),
                        *quantiles("news_removed_share", 0.5, 0.95),
                    ),
                    "percentunit",
                    highest=1,
                ),
                Panel(
                    "Entities per article",
                    "Mean, and by half and by 95 of 100 articles.",
                    (
                        Query(
                            "sum(rate(news_entities_per_article_sum[$__rate_interval])) "
                            "/ (sum(rate(news_entities_per_article_count[$__rate_interval])) > 0)",
                            "mean",
                        ),
                        *quantiles("news_entities_per_article", 0.5, 0.95),
                    ),
                    "short",
                ),
                Panel(
                    "Entities by type",
                    "How many of each are found.",
                    query(
                        "sum by (type) (rate(news_entities_total[$__rate_interval]))", "{{type}}"
                    ),
                    "ops",
                    stacked=True,
                ),
                Panel(
                    "Failures of optional stages",
                    "The article comes out as partial.",
                    query(
                        "sum by (stage, reason) "
                        "(rate(news_stage_failures_total[$__rate_interval]))",
                        "{{stage}} {{reason}}",
                    ),
                    "ops",
                    alerts=("WorkerPaused",),
                ),
            ),
        ),
        Row(
            "Duplicates",
            (
                Panel(
                    "Duplicate share",
                    "Of what is claimed, over half an hour, beside the mean of the day before.",
                    (
                        Query("copydesk:duplicates:ratio_rate30m", "30 minutes"),
                        Query(
                            "avg_over_time(copydesk:duplicates:ratio_rate30m[1d])", "mean of a day"
                        ),
                    ),
                    "percentunit",
                    highest=1,
                    alerts=("DuplicateRatioUnusual",),
                ),
                Panel(
                    "Duplicates by reason",
                    "repeat: the same article again; same_content: another one with its text; "
                    "near_content: one whose sentences are a version of its.",
                    query(
                        "sum by (reason) (rate(news_duplicates_total[$__rate_interval]))",
                        "{{reason}}",
                    ),
                    "ops",
                ),
                Panel(
                    "Candidates of a claim",
                    "Earlier texts with which an article's sentences were compared.",
                    quantiles("news_claim_candidates", 0.5, 0.99),
                    "short",
                ),
            ),
        ),
        Row(
            "Dead letters",
            (
                Panel(
                    "Dead letters by reason",
                    "Per second; a sudden single reason is a producer's or a release's doing.",
                    query(
                        "sum by (reason) (rate(news_dead_letters_total[$__rate_interval]))",
                        "{{reason}}",
                    ),
                    "ops",
                    alerts=("DeadLetterRatioHigh",),
                ),
                Panel(
                    "Dead letters by stage",
                    "Share of what the stage takes, over 15 minutes.",
                    query("copydesk:dead_letters:ratio_rate15m", "{{stage}}"),
                    "percentunit",
                    limits=(0.01, 0.5),
                    alerts=("DeadLetterRatioHigh",),
                ),
                Panel(
                    "Dead letters, chosen time",
                    "How many, by reason.",
                    query(
                        "sort_desc(sum by (reason) (increase(news_dead_letters_total[$__range])))",
                        "{{reason}}",
                    ),
                    "short",
                    kind="bargauge",
                ),
                Panel(
                    "Dead letters that could not be written",
                    "Failed tries; the stage stands until the topic takes them.",
                    query(
                        "sum by (stage) "
                        "(rate(news_dead_letter_write_errors_total[$__rate_interval]))",
                        "{{stage}}",
                    ),
                    "ops",
                    alerts=("DeadLetterWritesFailing",),
                ),
            ),
        ),
    ),
)
