"""TLS: the name in the address is the name in the certificate, whatever it was resolved to."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.feeds.fetch.visits import body, failure, visit, want
from tests.feeds.site import Site
from workers.feeds.fetch.client import Client

NAMES = "DNS:news.example,DNS:*.news.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    context, _ = made(tmp_path_factory)
    return context


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory, server: ssl.SSLContext) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tmp_path_factory.getbasetemp() / "tls.pem"))


def made(
    tmp_path_factory: pytest.TempPathFactory, names: str = NAMES
) -> tuple[ssl.SSLContext, Path]:
    """A certificate of a day, for a server."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (it makes the certificate)")
    certificate = tmp_path_factory.getbasetemp() / "tls.pem"
    key = certificate.with_suffix(".key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=news.example", "-addext"),
            *(f"subjectAltName={names}", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_a_certificate_of_the_name_is_accepted(
    server: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def story(site: Site, client: Client) -> None:
        for host in ("news.example", "www.news.example", "news.example."):
            site.addresses[host] = ["127.0.0.1"]
            got = body(await client.get(site.url("/sitemap.xml", host), want()))
            assert got.url.startswith("https://")

    visit(story, site_tls=server, tls=trusting)


@pytest.mark.parametrize("host", ["other.example", "news.example.evil.example", "127.0.0.1"])
def test_a_certificate_of_another_name_is_not(
    server: ssl.SSLContext, trusting: ssl.SSLContext, host: str
) -> None:
    async def story(site: Site, client: Client) -> None:
        got = failure(await client.get(site.url("/sitemap.xml", host), want()), "unreachable")
        assert "TLS failed" in got.reason
        assert site.seen == []

    visit(story, site_tls=server, tls=trusting)


def test_a_certificate_that_nobody_vouches_for_is_not(server: ssl.SSLContext) -> None:
    async def story(site: Site, client: Client) -> None:
        got = failure(await client.get(site.url("/sitemap.xml"), want()), "unreachable")
        assert "TLS failed" in got.reason
        assert site.seen == []

    visit(story, site_tls=server)


def test_a_server_that_speaks_no_tls_is_unreachable() -> None:
    async def story(site: Site, client: Client) -> None:
        url = site.url("/sitemap.xml").replace("http:", "https:")
        assert "TLS failed" in failure(await client.get(url, want()), "unreachable").reason

    visit(story)


def test_a_server_that_wants_tls_gives_plain_http_nothing(server: ssl.SSLContext) -> None:
    async def story(site: Site, client: Client) -> None:
        url = site.url("/sitemap.xml").replace("https:", "http:")
        failure(await client.get(url, want()), "unreachable")

    visit(story, site_tls=server)


def test_a_handshake_that_never_ends_is_a_timeout() -> None:
    async def story(site: Site, client: Client) -> None:
        url = site.bad("/mute").replace("http:", "https:")
        got = await client.get(url, want())
        failure(got, "timeout")

    visit(story, connect=0.3, whole=5.0)


def test_a_redirect_from_https_to_http_is_noted(
    server: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def story(site: Site, client: Client) -> None:
        down = site.bad("/caf%C3%A9", "news.example")
        got = body(await client.get(site.url(f"/to?status=301&url={down}"), want()))
        assert got.downgraded
        assert got.moved == down
        stays = body(await client.get(site.url("/moved/1/sitemap.xml"), want()))
        assert not stays.downgraded

    visit(story, site_tls=server, tls=trusting)


def test_credentials_do_not_follow_to_plain_http(
    server: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def story(site: Site, client: Client) -> None:
        async with Site() as plain:
            rules = site.rules(ports=(site.port, plain.port))
            async with Client(rules, resolve=site.resolve, tls=trusting) as other:
                url = site.url(f"/to?url={plain.url('/sitemap.xml')}")
                body(await other.get(url.replace("//", "//anna:geheim@", 1), want()))
            assert "authorization" in site.seen[0].headers
            assert "authorization" not in plain.seen[0].headers

    visit(story, site_tls=server, tls=trusting)
