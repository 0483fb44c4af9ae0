"""What the figures were measured on."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

_PACKAGES = (
    "Django",
    "celery",
    "channels",
    "channels_redis",
    "uvicorn",
    "websockets",
    "uvloop",
    "groq",
    "msgspec",
)


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    memory_gb: float
    system: str
    date: str
    versions: Mapping[str, str]


def describe_machine(servers: Mapping[str, str]) -> Machine:
    """Describe this machine now; `servers` are versions of what is no Python package."""
    return Machine(
        processor=_processor(),
        cores=_cores(),
        memory_gb=psutil.virtual_memory().total / 1e9,
        system=f"{platform.system()} {platform.release()}",
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        versions={
            "Python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
            **servers,
        },
    )


def _processor() -> str:
    """The name the processor gives itself; /proc is Linux's."""
    facts = Path("/proc/cpuinfo")
    for line in facts.read_text().splitlines() if facts.exists() else []:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
