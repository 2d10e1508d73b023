"""Every setting, read from the environment in this one place and checked before anything starts.

A setting ``topic_prefix`` is the variable ``COPYDESK_TOPIC_PREFIX``; any of them may be given as a
file instead (``COPYDESK_SASL_PASSWORD_FILE=/run/secrets/kafka``), which is how secrets come in. An
unknown ``COPYDESK_*`` variable is an error: it is a misspelt one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from topics.catalog import DAY_MS
from workers.setting_rules import (
    Rule,
    WrongPart,
    addresses,
    contact,
    models,
    networks,
    number,
    one_of,
    pem_path,
    ports,
    prefix,
    switch,
    text,
    whole,
)

PREFIX = "COPYDESK_"
FILE_SUFFIX = "_FILE"
_PLAN = "_COPYDESK_POOL_PLAN"
STAGES_PER_HOP = 3


class SettingsError(ValueError):
    """A setting is wrong; the message names the variable, its value and what it may be."""


def _setting(default: Any, rule: Rule, help: str, *, secret: bool = False) -> Any:
    return field(
        default=default, repr=not secret, metadata={"rule": rule, "help": help, "secret": secret}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of a process, validated."""

    bootstrap: str = _setting("127.0.0.1:9092", addresses(), "Kafka's bootstrap servers")
    topic_prefix: str = _setting("", prefix(), "put before every topic and consumer group")
    partitions: int = _setting(4, whole(1, 1000), "partitions of topics that scale")
    replication: int = _setting(1, whole(1, 10), "replication factor of new topics")
    min_insync: int = _setting(1, whole(1, 10), "min.insync.replicas of new topics")
    compression: str = _setting(
        "zstd", one_of("zstd", "lz4", "gzip", "snappy", "none"), "compression of what is produced"
    )
    security_protocol: str = _setting(
        "PLAINTEXT", one_of("PLAINTEXT", "SSL", "SASL_SSL", "SASL_PLAINTEXT"), "how to reach Kafka"
    )
    sasl_mechanism: str = _setting(
        "SCRAM-SHA-512", one_of("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"), "SASL mechanism"
    )
    sasl_username: str = _setting("", text("a user name"), "SASL user")
    sasl_password: str = _setting("", text("a password"), "SASL password", secret=True)
    ssl_ca: str = _setting("", pem_path(), "certificate authority of the brokers")
    ssl_certificate: str = _setting("", pem_path(), "client certificate (mTLS)")
    ssl_key: str = _setting("", pem_path(), "client key (mTLS)", secret=True)
    allow_plain_password: bool = _setting(
        False, switch(), "send a password without TLS (SASL_PLAINTEXT)"
    )
    instance: str = _setting(
        "",
        prefix(),
        "this worker's name among those of its stage, kept over restarts; empty: none",
    )
    session_timeout: float = _setting(
        30.0, number(6, 300), "seconds without a heartbeat until a worker's partitions move on"
    )
    max_poll_interval: float = _setting(
        2400.0, number(60, 7200), "seconds in which a batch must be done"
    )
    batch: int = _setting(16, whole(1, 1000), "articles taken at once by a worker")
    claim_batch: int = _setting(
        128, whole(1, 1000), "articles taken at once by the claim, of which each takes little time"
    )
    batch_within: float = _setting(0.1, number(0.01, 10), "seconds to wait for a full batch")
    processes: int = _setting(
        max(2, os.cpu_count() or 2), whole(1, 256), "processes for the stages' work, per worker"
    )
    task_timeout: float = _setting(
        10.0, number(0.1, 600), "seconds that one stage may spend on one article"
    )
    task_memory: int = _setting(
        1536, whole(128, 1_000_000), "MB of resident memory that a stage's process may reach"
    )
    article_limit: int = _setting(
        2 * 1024 * 1024, whole(1024, 7 * 1024 * 1024), "bytes of an article's content"
    )
    claim_window: float = _setting(
        7.0, number(0.01, 365), "days in which repeats and copies are recognised (event time)"
    )
    copies: Literal["link", "pass"] = _setting(
        "link",
        one_of("link", "pass"),
        "copies from another source: link only (articles.duplicates), or pass (enriched too)",
    )
    delivery_attempts: int = _setting(5, whole(1, 100), "tries to deliver before a worker ends")
    delivery_timeout: float = _setting(30.0, number(1, 600), "seconds for one try to deliver")
    grace: float = _setting(25.0, number(1, 3600), "seconds to finish the batch in hand on SIGTERM")
    http_host: str = _setting(
        "127.0.0.1", text("an address"), "where /metrics and /health are served; unauthenticated"
    )
    http_port: int = _setting(0, whole(0, 65_535), "port of /metrics and /health; 0: any free one")
    stall_after: float = _setting(
        120.0, number(5, 7200), "seconds of lag without progress until /health/ready is red"
    )
    breaker_run: int = _setting(
        100, whole(0, 100_000), "failed articles in a row until a worker pauses; 0: no such limit"
    )
    breaker_share: float = _setting(
        0.5, number(0, 1), "share of failed articles above which a worker pauses; 0: no such limit"
    )
    breaker_window: int = _setting(
        500, whole(2, 100_000), "latest articles of which that share is taken"
    )
    breaker_probe: float = _setting(
        30.0, number(0.1, 3600), "seconds until a paused worker tries one article (again)"
    )
    language_engine: str = _setting(
        "py3langid", one_of("py3langid", "langdetect"), "engine of detect_language"
    )
    entity_models: str = _setting(
        "", models(), "models of tag_entities by language, beside or instead of copydesk's own"
    )
    html_spans: bool = _setting(
        False, switch(), "record what strip_boilerplate removed from HTML, span by span"
    )
    feed_state: str = _setting(
        "feeds.sqlite", text("a file's path"), "what the feed producer remembers (SQLite)"
    )
    feed_contact: str = _setting(
        "", contact(), "how web masters reach you; sent in the User-Agent with every request"
    )
    feed_shortest: float = _setting(
        120.0, number(1, 86_400), "seconds between polls of a feed at least"
    )
    feed_longest: float = _setting(
        21_600.0, number(1, 604_800), "seconds between polls of a feed that answers at most"
    )
    feed_delay: float = _setting(
        1.0, number(0, 3600), "seconds between two requests to a host at least"
    )
    feed_kafka_wait: float = _setting(
        300.0, number(0, 86_400), "seconds that Kafka may be away when feeds begin to be followed"
    )
    feed_networks: str = _setting(
        "", networks(), "private networks whose addresses may be asked, such as an intranet's"
    )
    feed_ports: str = _setting("", ports(), "ports that may be asked beside 80 and 443")
    log_level: str = _setting("info", one_of("debug", "info", "warning", "error"), "log level")
    log_format: str = _setting(
        "auto", one_of("auto", "json", "pretty"), "log format; auto: pretty on a terminal"
    )

    @property
    def claim_window_ms(self) -> int:
        """The claim's window in milliseconds."""
        return round(self.claim_window * DAY_MS)

    def topic(self, name: str) -> str:
        """A topic's name in this deployment."""
        return self.topic_prefix + name

    def group(self, step: str) -> str:
        """The consumer group of the workers whose hop starts with this step."""
        return f"{self.topic_prefix}copydesk.{step}"

    def member(self, step: str) -> str | None:
        """The static name of this worker in a step's group; None: a member like any other."""
        return f"{self.instance}.{step}" if self.instance else None


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read and check the settings; SettingsError for the first wrong one.

    ``overrides`` (from the command line) win over the environment and are checked alike; None
    leaves a setting alone.
    """
    environment = os.environ if environment is None else environment
    texts = _from_environment(environment)
    texts |= {name: str(value) for name, value in overrides.items() if value is not None}
    values: dict[str, Any] = {}
    for item in fields(Settings):
        if item.name not in texts:
            continue
        rule: Rule = item.metadata["rule"]
        text = texts[item.name]
        try:
            values[item.name] = rule.read(text)
        except ValueError as error:
            why = f": {error}" if isinstance(error, WrongPart) else ""
            shown = "(secret)" if item.metadata["secret"] or not rule.shown else repr(text)
            raise SettingsError(
                f"{variable(item.name)} is {shown}{why}; it must be {rule.expects}"
            ) from None
    settings = Settings(**values)
    _check_together(settings)
    return settings


def embedded(settings: Settings, address: str) -> Settings:
    """The settings for the embedded broker: its address, no TLS, and the shortest session.

    A join takes half a session on that broker.
    """
    return replace(
        settings,
        bootstrap=address,
        security_protocol="PLAINTEXT",
        sasl_username="",
        sasl_password="",
        ssl_ca="",
        ssl_certificate="",
        ssl_key="",
        instance="",
        session_timeout=6.0,
        replication=1,
        min_insync=1,
    )


def environment(settings: Settings, **changed: Any) -> dict[str, str]:
    """The environment for a child process that shall have these settings, some of them changed."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) and name != _PLAN
    }
    for item in fields(Settings):
        value = changed.get(item.name, getattr(settings, item.name))
        variables[variable(item.name)] = str(value)
    return variables


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def set_here(environment: Mapping[str, str] | None = None) -> list[str]:
    """The settings' variables that the environment holds."""
    return sorted(
        name
        for name in (os.environ if environment is None else environment)
        if name.startswith(PREFIX)
    )


def described(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(variable, value, what it may be, what it is for) of every setting; secrets are masked."""
    rows = []
    for item in fields(settings):
        value = getattr(settings, item.name)
        shown = ("(set)" if value else "") if item.metadata["secret"] else str(value)
        rule: Rule = item.metadata["rule"]
        rows.append((variable(item.name), shown, rule.expects, item.metadata["help"]))
    return rows


@dataclass(frozen=True)
class PoolPlan:
    """What the processes of a pool load before their first task."""

    steps: tuple[str, ...]
    article_limit: int
    language_engine: str
    html_spans: bool
    entity_models: str = ""


def pool_plan(settings: Settings, steps: tuple[str, ...]) -> PoolPlan:
    """The plan of a worker with these steps."""
    return PoolPlan(
        steps,
        settings.article_limit,
        settings.language_engine,
        settings.html_spans,
        settings.entity_models,
    )


def hand_down(plan: PoolPlan) -> None:
    """Leave the plan to the fork server, which inherits nothing but the environment.

    Numeric libraries get one thread each: the processes are the parallelism, and a fork server must
    have no other thread when it forks.
    """
    os.environ[_PLAN] = json.dumps(asdict(plan))
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def planned() -> PoolPlan | None:
    """The plan that was handed down to this process, if any."""
    text = os.environ.get(_PLAN)
    if text is None:
        return None
    values = json.loads(text)
    return PoolPlan(**(values | {"steps": tuple(values["steps"])}))


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    known = {variable(item.name): item.name for item in fields(Settings)}
    texts: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX):
            continue
        if name in known:
            texts[known[name]] = value
        elif name.endswith(FILE_SUFFIX) and name.removesuffix(FILE_SUFFIX) in known:
            plain = name.removesuffix(FILE_SUFFIX)
            if plain in environment:
                raise SettingsError(f"{plain} and {name} are both set; set one of them")
            texts[known[plain]] = _from_file(name, value)
        else:
            raise SettingsError(
                f"{name} is not a setting; there are {', '.join(sorted(known))}, "
                f"each also with {FILE_SUFFIX}"
            )
    return texts


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        why = "is not UTF-8"
    except (OSError, ValueError) as error:
        why = f"cannot be read: {getattr(error, 'strerror', None) or 'no such path'}"
    # Whoever mistakes the one variable for the other puts the secret itself here, and a secret may
    # look like a path.
    raise SettingsError(f"what {name} names {why} (not shown here: it might be the secret itself)")


def longest_batch(settings: Settings) -> float:
    """Seconds that a batch takes if every article uses all its time in every stage, twice.

    The first try shares the processes; the second one, after a crash, is made alone.
    """
    shares = 1 / settings.processes + 1
    return settings.batch * STAGES_PER_HOP * settings.task_timeout * shares


def _check_together(settings: Settings) -> None:
    longest = longest_batch(settings)
    if longest > settings.max_poll_interval / 2:
        raise SettingsError(
            f"a batch could take {longest:.0f} s ({variable('batch')} x {STAGES_PER_HOP} stages x "
            f"{variable('task_timeout')}, shared by {variable('processes')}, and once more alone "
            "after a crash), more than half of "
            f"{variable('max_poll_interval')} ({settings.max_poll_interval:.0f} s); "
            "lower one of the first or raise the last"
        )
    if settings.min_insync > settings.replication:
        raise SettingsError(
            f"{variable('min_insync')} is {settings.min_insync}, more than "
            f"{variable('replication')} ({settings.replication}); nothing could be written"
        )
    sasl = settings.security_protocol.startswith("SASL")
    if sasl and not (settings.sasl_username and settings.sasl_password):
        raise SettingsError(
            f"{variable('security_protocol')} is {settings.security_protocol}, which needs "
            f"{variable('sasl_username')} and {variable('sasl_password')}{FILE_SUFFIX}"
        )
    if settings.security_protocol == "SASL_PLAINTEXT" and not settings.allow_plain_password:
        raise SettingsError(
            f"{variable('security_protocol')} is SASL_PLAINTEXT, which sends the password without "
            f"TLS; use SASL_SSL, or set {variable('allow_plain_password')}=true if you must"
        )
    if settings.sasl_password and not sasl:
        raise SettingsError(
            f"{variable('sasl_password')} is set but {variable('security_protocol')} is "
            f"{settings.security_protocol}; use SASL_SSL"
        )
    for name in ("ssl_ca", "ssl_certificate", "ssl_key"):
        if getattr(settings, name) and "SSL" not in settings.security_protocol:
            raise SettingsError(
                f"{variable(name)} is set but {variable('security_protocol')} is "
                f"{settings.security_protocol}, which has no TLS; use SSL or SASL_SSL"
            )
    if bool(settings.ssl_certificate) != bool(settings.ssl_key):
        raise SettingsError(
            f"{variable('ssl_certificate')} and {variable('ssl_key')} go together; one is missing"
        )
