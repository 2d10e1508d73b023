"""Prometheus scrapes every worker where it serves its metrics."""

from typing import Any

Services = dict[str, dict[str, Any]]


def job(scraped: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (item for item in scraped["scrape_configs"] if item["job_name"] == name)
    return dict(found)


def test_every_worker_is_found_by_its_service_name(
    scraped: dict[str, Any], workers: Services, services: Services
) -> None:
    (discovery,) = job(scraped, "copydesk")["dns_sd_configs"]
    assert sorted(discovery["names"]) == sorted(workers)
    assert discovery["type"] == "A"
    for service in workers.values():
        assert str(discovery["port"]) == service["environment"]["COPYDESK_HTTP_PORT"]
        assert set(service["networks"]) & set(services["prometheus"]["networks"])


def test_a_scrape_ends_before_the_next_begins(scraped: dict[str, Any]) -> None:
    times = {name: int(text.removesuffix("s")) for name, text in scraped["global"].items()}
    assert times["scrape_timeout"] < times["scrape_interval"]


def test_its_configuration_is_mounted_where_it_is_read(services: Services) -> None:
    service = services["prometheus"]
    (option,) = (word for word in service["command"] if word.startswith("--config.file="))
    targets = [volume.split(":")[1] for volume in service["volumes"]]
    assert option.partition("=")[2].rpartition("/")[0] in targets, "with the rules beside it"
    (data,) = (word for word in service["command"] if word.startswith("--storage.tsdb.path="))
    assert data.partition("=")[2] in targets
