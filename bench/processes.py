"""CPU time and memory of the portal's processes, each with its children."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import psutil

_SAMPLE_S = 0.5
_MB = 1_000_000


def cpu_seconds(pid: int) -> float:
    """CPU time so far of a process and all its children, ended ones included."""
    root = psutil.Process(pid)
    return sum(_own_and_reaped(each) for each in [root, *root.children(recursive=True)])


def _own_and_reaped(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        # Ended since it was listed: its parent has its time by now, or will have.
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def memory_mb(pid: int) -> float:
    """Resident memory (RSS) of one process now, in 10⁶ bytes."""
    return float(psutil.Process(pid).memory_info().rss / _MB)


def machine_cpu_seconds() -> float:
    """CPU time that all programs of the machine, or others on its host, have taken so far."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Guests' time is already in the users'.
    counted = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return float(counted - idle)


class Watch:
    """Between entry and exit: CPU seconds of each part, of the machine, and peaks of memory."""

    def __init__(self, parts: Mapping[str, int]) -> None:
        self._parts = parts
        self._over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, name="memory", daemon=True)
        self.peak_mb = dict.fromkeys(parts, 0.0)
        self.cpu_s: dict[str, float] = {}
        self.machine_cpu_s = 0.0

    def __enter__(self) -> Self:
        self._before = self._cpu_now()
        self._machine_before = machine_cpu_seconds()
        self._sampler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._sampler.join()
        if error is None:
            after = self._cpu_now()
            self.cpu_s = {part: after[part] - self._before[part] for part in self._parts}
            self.machine_cpu_s = machine_cpu_seconds() - self._machine_before

    def _cpu_now(self) -> dict[str, float]:
        return {part: cpu_seconds(pid) for part, pid in self._parts.items()}

    def _sample(self) -> None:
        is_over = False
        while not is_over:
            for part, pid in self._parts.items():
                self.peak_mb[part] = max(self.peak_mb[part], memory_mb(pid))
            is_over = self._over.wait(_SAMPLE_S)
