"""CPU time and memory of the portal's processes."""

from collections.abc import Mapping

import psutil


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """User and system time of each process and its children so far, in s."""
    return {name: sum(map(_cpu, _family(pid))) for name, pid in pids.items()}


def rss_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """Resident memory of each process and its children now, in MB."""
    return {name: sum(map(_rss, _family(pid))) for name, pid in pids.items()}


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _rss(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.NoSuchProcess:
        return 0.0
