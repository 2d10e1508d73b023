"""Tables of what was measured: each says what its figures are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table


def console(width: int) -> Console:
    """The terminal as wide as it is; into a file so many columns."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=width)


def show(console: Console, told: dict[str, Any], made: dict[str, Any]) -> None:
    """Print the tables."""
    kinds = ", ".join(
        f"{100 * kind['share']:.0f} % {name} (~{kind['bytes']:,} bytes)"
        for name, kind in told["input"].items()
    )
    console.print(
        f"{told['cores']} cores, Python {told['python']}, {told['system']}, load at the start "
        f"{told['load_before']}. Input: made-up articles: {kinds}; a quarter not in English. "
        "Medians over rounds; a ratio compares with plain calls on the same articles right after.",
        highlight=False,
    )
    if "fingerprint_us" in made:
        _table(
            console,
            "The fingerprint and the main text before it, alone: µs of CPU per article, median "
            "and best of passes over twenty articles",
            ("what", "µs", "best"),
            (
                (what, f"{us['median']:.0f}", f"{us['best']:.0f}")
                for what, us in made["fingerprint_us"].items()
            ),
        )
    _show_bare(console, made["bare"])
    if "enrich" in made:
        _show_enrich(console, made["enrich"])
    if "pipeline" in made:
        _show_pipeline(console, made)
        _show_hops(console, made)
        _show_bytes(console, made["bytes_per_arrival"])
    _show_memory(console, made["memory_mb"])
    _table(
        console,
        "Start-up: seconds to the first outcome, or until all workers are ready; once each",
        ("what", "s"),
        ((name, f"{seconds:.1f}") for name, seconds in made["start_up_seconds"].items()),
    )


def _show_bare(console: Console, bare: dict[str, Any]) -> None:
    _table(
        console,
        "Plain calls of the stages, one process, models warm",
        ("step", "ms/article", "share"),
        (
            (step, f"{ms:.2f}", f"{100 * bare['share'][step]:.0f} %")
            for step, ms in bare["ms_per_article"].items()
        ),
    )
    console.print(
        f"{bare['articles_per_second_one_process']:.1f} articles/s in one process; "
        f"{bare['articles_per_second_all_cores']:.1f} articles/s in one process per core at once: "
        "what the ratios below are to.",
        highlight=False,
    )


def _show_enrich(console: Console, enrich: dict[str, Any]) -> None:
    _table(
        console,
        "copydesk enrich: articles/s, start-up apart; tag_entities alone gets no pages",
        ("stages", "articles/s"),
        ((name, f"{rate:.1f}") for name, rate in enrich["articles_per_second"].items()),
    )
    console.print(
        "enrich with all stages : plain calls = "
        f"{enrich['rate_to_plain_calls']:.2f} by articles/s, "
        f"{enrich['cpu_to_plain_calls']:.2f} by articles per CPU second",
        highlight=False,
    )


def _show_pipeline(console: Console, made: dict[str, Any]) -> None:
    rows = []
    for name, line in made["pipeline"].items():
        cpu = line["cpu_ms_per_article"]
        rows.append(
            (
                name,
                f"{line['articles_per_second']:.1f}",
                f"{line['rate_to_plain_calls']:.2f}",
                f"{line['cpu_to_plain_calls']:.2f}",
                f"{cpu['pools']:.1f}",
                f"{cpu['workers']:.2f}",
                f"{cpu['broker']:.2f}",
                f"{line['seconds_for_one_article_alone']:.2f}",
            )
        )
    columns = (
        "topology", "articles/s", ": plain", ": plain, CPU", "CPU ms: pools", "workers", "broker",
        "s for one",
    )  # fmt: skip
    title = (
        "Through the embedded broker, from first record sent to last outcome, workers warm: "
        "articles/s; its ratio to plain calls, by time and by CPU without the broker's; CPU per "
        "article; seconds for one note on its own"
    )
    _table(console, title, columns, rows)


def _show_hops(console: Console, made: dict[str, Any]) -> None:
    for name, found in made["hops"].items():
        _table(
            console,
            f"What a hop costs, {name}: short notes without entities, CPU µs/record; idle use of "
            "the process taken off, and shown as a share of one core",
            ("worker", "own process", "pool", "idle"),
            (
                (hop, f"{w['us_own']:.0f}", f"{w['us_pool']:.0f}", f"{100 * w['idle']:.1f} %")
                for hop, w in found["workers"].items()
            ),
        )
        console.print(
            f"{found['articles_per_second']:.1f} notes/s; broker {found['us_broker']:.0f} µs/note; "
            f"plain calls {found['us_plain_calls']:.0f} µs/note",
            highlight=False,
        )
    console.print(
        f"(split - fused) / {made['extra_hops']} more hops, on these notes: "
        f"{made['us_wall_per_extra_hop']:.0f} µs of time and "
        f"{made['us_cpu_per_extra_hop']:.0f} µs of the workers' CPU per hop and article",
        highlight=False,
    )


def _show_bytes(console: Console, found: dict[str, Any]) -> None:
    for name, topics in found.items():
        _table(
            console,
            f"Bytes on Kafka per arrival, {name}: keys, values and headers; and the zstd batches "
            "as the broker stores them (made-up text repeats itself: true articles compress less)",
            ("topic", "bytes", "stored"),
            ((t, f"{b['plain']:,.0f}", f"{b['stored']:,.0f}") for t, b in topics.items()),
        )


def _show_memory(console: Console, memory: dict[str, Any]) -> None:
    rows = []
    for name, hops_found in memory.items():
        for hop, usages in hops_found.items():
            rows += [(name, hop, u["role"], f"{u['peak']}", f"{u['share']}") for u in usages]
        total = sum(u["share"] for usages in hops_found.values() for u in usages)
        rows.append((name, "sum", "", "", f"{total}"))
    _table(
        console,
        "Memory in MB: peak resident size of each process (shared pages count in each), and its "
        "proportional share at the end",
        ("what", "process of", "role", "peak", "share"),
        rows,
    )


def _table(
    console: Console, title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]
) -> None:
    table = Table()
    for number, column in enumerate(columns):
        text = number == 0 or column in ("process of", "role")
        table.add_column(column, justify="left" if text else "right")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(title, style="bold", highlight=False)
    console.print(table)
