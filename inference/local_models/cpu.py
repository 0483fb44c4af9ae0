"""Whether this processor can run the engine: if not, the process would die in mid-answer."""

import platform
from pathlib import Path

_NEEDED_ON_X86_64 = frozenset({"avx2", "fma", "f16c", "bmi2"})
_CPUINFO = Path("/proc/cpuinfo")


def missing_features() -> list[str]:
    """The instruction sets that the engine needs and this processor lacks.

    Empty where they cannot be listed (no `/proc/cpuinfo`) or where other rules hold (ARM).
    """
    if platform.machine() not in {"x86_64", "AMD64"} or not _CPUINFO.exists():
        return []
    return missing_in(_CPUINFO.read_text())


def missing_in(cpuinfo: str) -> list[str]:
    """The needed instruction sets that the text of `/proc/cpuinfo` does not name."""
    for line in cpuinfo.splitlines():
        key, _, flags = line.partition(":")
        if key.strip() == "flags":
            return sorted(_NEEDED_ON_X86_64 - set(flags.split()))
    return []
