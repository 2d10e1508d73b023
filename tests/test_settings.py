"""Settings: every error names the variable, its value and what it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.setting_rules import host_and_port
from workers.settings import (
    Settings,
    SettingsError,
    described,
    environment,
    load,
    pool_plan,
    variable,
)


def test_defaults_are_valid_and_bind_loopback_only() -> None:
    settings = load({})
    assert settings.http_host == "127.0.0.1"
    assert settings.security_protocol == "PLAINTEXT"


def test_environment_and_command_line() -> None:
    settings = load({"COPYDESK_PARTITIONS": "7", "COPYDESK_BOOTSTRAP": "a:1"}, bootstrap="b:2,c:3")
    assert settings.partitions == 7
    assert settings.bootstrap == "b:2,c:3"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PARTITIONS", "four", "a whole number from 1 to 1000"),
        ("PARTITIONS", "0", "a whole number from 1 to 1000"),
        ("TASK_TIMEOUT", "nan", "a number from 0.1 to 600"),
        ("COMPRESSION", "rar", "one of zstd, lz4, gzip, snappy, none"),
        ("BOOTSTRAP", "kafka", "HOST:PORT"),
        ("BOOTSTRAP", "kafka:99999", "HOST:PORT"),
        ("HTML_SPANS", "perhaps", "true or false"),
        ("TOPIC_PREFIX", "a b", "ASCII letters"),
    ],
)
def test_a_wrong_value_is_told_with_what_it_may_be(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        load({f"COPYDESK_{name}": value})
    for part in (f"COPYDESK_{name}", repr(value), expected):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kafka:9092", ("kafka", 9092)),
        ("127.0.0.1:65535", ("127.0.0.1", 65_535)),
        ("[::1]:9092", ("::1", 9092)),
        ("::1:9092", ("::1", 9092)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, expected: tuple[str, int]) -> None:
    assert host_and_port(text) == expected
    assert load({"COPYDESK_BOOTSTRAP": text}).bootstrap == text


@pytest.mark.parametrize("text", ["", "kafka", "kafka:", ":1", "kafka:0", "kafka:65536", "a:+1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        host_and_port(text)


def test_a_misspelt_variable_is_an_error() -> None:
    with pytest.raises(SettingsError, match="COPYDESK_PARTITION is not a setting"):
        load({"COPYDESK_PARTITION": "3"})


def test_secrets_come_from_files_and_are_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    settings = load(
        {
            "COPYDESK_SECURITY_PROTOCOL": "SASL_SSL",
            "COPYDESK_SASL_USERNAME": "desk",
            "COPYDESK_SASL_PASSWORD_FILE": str(secret),
        }
    )
    assert settings.sasl_password == "hunter2"
    assert not [row for row in described(settings) if "hunter2" in " ".join(row)]
    assert "hunter2" not in repr(settings)


def test_a_secret_given_twice_or_unreadable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set"):
        load({"COPYDESK_SASL_PASSWORD": "a", "COPYDESK_SASL_PASSWORD_FILE": "b"})
    missing = str(tmp_path / "missing")
    with pytest.raises(SettingsError, match="PASSWORD_FILE names cannot be read: No such file"):
        load({"COPYDESK_SASL_PASSWORD_FILE": missing})
    with pytest.raises(SettingsError, match="PASSWORD_FILE names cannot be read: Is a directory"):
        load({"COPYDESK_SASL_PASSWORD_FILE": str(tmp_path)})


def test_a_secret_in_place_of_its_file_is_not_shown() -> None:
    for secret in ("hunter2", "hunter2\0", "/hunter2", "/etc/hunter2+/=="):
        with pytest.raises(SettingsError, match="COPYDESK_SASL_PASSWORD_FILE") as error:
            load({"COPYDESK_SASL_PASSWORD_FILE": secret})
        assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("name", ["SSL_CA", "SSL_CERTIFICATE", "SSL_KEY"])
@pytest.mark.parametrize("by_file", [False, True])
def test_a_key_in_place_of_its_path_is_told_and_not_shown(
    name: str, by_file: bool, tmp_path: Path
) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"
    file = tmp_path / "key.pem"
    file.write_text(pem)
    variables = {f"COPYDESK_{name}_FILE": str(file)} if by_file else {f"COPYDESK_{name}": pem}
    with pytest.raises(SettingsError, match=f"COPYDESK_{name} .* must be the path") as error:
        load({"COPYDESK_SECURITY_PROTOCOL": "SSL", **variables})
    assert "hunter2" not in str(error.value)


def test_where_the_key_lies_is_masked_like_a_secret() -> None:
    settings = load(
        {
            "COPYDESK_SECURITY_PROTOCOL": "SSL",
            "COPYDESK_SSL_CERTIFICATE": "desk.pem",
            "COPYDESK_SSL_KEY": "MIIhunter2",
        }
    )
    shown = {name: value for name, value, *_ in described(settings)}
    assert shown["COPYDESK_SSL_CERTIFICATE"] == "desk.pem"
    assert shown["COPYDESK_SSL_KEY"] == "(set)"
    assert "hunter2" not in repr(settings)


def test_a_secret_that_is_no_text_is_an_error_and_not_shown() -> None:
    with pytest.raises(SettingsError, match=r"COPYDESK_SASL_PASSWORD is \(secret\)"):
        load({"COPYDESK_SASL_PASSWORD": "hunter2\udcff"})


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SECURITY_PROTOCOL": "SASL_SSL"}, "COPYDESK_SASL_USERNAME"),
        (
            {
                "SECURITY_PROTOCOL": "SASL_PLAINTEXT",
                "SASL_USERNAME": "u",
                "SASL_PASSWORD": "p",
            },
            "COPYDESK_ALLOW_PLAIN_PASSWORD",
        ),
        ({"SASL_PASSWORD": "p"}, "use SASL_SSL"),
        ({"MIN_INSYNC": "2"}, "nothing could be written"),
        ({"SECURITY_PROTOCOL": "SSL", "SSL_KEY": "k.pem"}, "go together"),
        ({"SSL_CA": "ca.pem"}, "which has no TLS"),
        ({"BATCH": "500", "TASK_TIMEOUT": "60", "PROCESSES": "2"}, "COPYDESK_MAX_POLL_INTERVAL"),
    ],
)
def test_settings_that_contradict_each_other(variables: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError) as error:
        load({f"COPYDESK_{name}": value for name, value in variables.items()})
    assert expected in str(error.value)


def test_a_child_process_gets_the_same_settings() -> None:
    settings = load({"COPYDESK_PARTITIONS": "3", "COPYDESK_HTML_SPANS": "yes"})
    inherited = {
        name: value
        for name, value in environment(settings, http_port=1234).items()
        if name.startswith("COPYDESK_")
    }
    child = load(inherited)
    assert child.http_port == 1234
    assert (child.partitions, child.html_spans) == (3, True)


def test_a_pool_plan_holds_only_what_stages_need() -> None:
    plan = pool_plan(Settings(), ("detect_language",))
    assert plan.steps == ("detect_language",)
    assert plan.article_limit == Settings().article_limit


def test_groups_and_topics_share_the_prefix() -> None:
    settings = load({"COPYDESK_TOPIC_PREFIX": "staging."})
    assert settings.topic("articles.raw") == "staging.articles.raw"
    assert settings.group("claim") == "staging.copydesk.claim"
    assert variable("topic_prefix") == "COPYDESK_TOPIC_PREFIX"
