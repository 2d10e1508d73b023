"""What came out of the bundled samples on a Kafka."""

from __future__ import annotations

import time

from aiokafka import AIOKafkaConsumer

from topics import catalog, headers
from workers import samples

OUTCOMES = {
    catalog.ENRICHED.name: "enriched",
    catalog.DUPLICATES.name: "duplicates",
    catalog.DEAD_LETTER.name: "dead_letters",
}


async def origins(bootstrap: str, seconds: float = 240.0) -> dict[str, list[str]]:
    """Topic → origins, read until every sample has come out, or for so long."""
    consumer = AIOKafkaConsumer(
        *OUTCOMES, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    found: dict[str, list[str]] = {topic: [] for topic in OUTCOMES}
    deadline = time.monotonic() + seconds
    await consumer.start()
    try:
        while sum(map(len, found.values())) < samples.ARRIVALS and time.monotonic() < deadline:
            batch = await consumer.getmany(timeout_ms=500)
            for record in (record for records in batch.values() for record in records):
                found[record.topic].append(headers.read(record.headers)[headers.ORIGIN])
    finally:
        await consumer.stop()
    return found


async def counted(bootstrap: str) -> dict[str, int]:
    """Outcome → how many, as ``samples.OUTCOMES`` has them."""
    found = await origins(bootstrap)
    return {OUTCOMES[topic]: len(each) for topic, each in found.items()}
