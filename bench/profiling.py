"""Where a process of the portal spends its time, by py-spy, which is not among the requirements."""

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SAMPLES_PER_S = 100
_SHOWN = 40


class ProfilerMissing(Exception):
    """py-spy is not on the path."""


def find_profiler() -> str:
    """Return py-spy's path. Raises `ProfilerMissing`."""
    program = shutil.which("py-spy")
    if program is None:
        raise ProfilerMissing("--profile needs py-spy on the path (pip install py-spy)")
    return program


@contextmanager
def profile(name: str, pid: int, seconds: float) -> Iterator[None]:
    """Watch the process for so long, at most until the block ends; then print the top functions."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "stacks"
        # Whoever holds the interpreter's lock works, others wait.
        command = [find_profiler(), "record", "--gil", "--format", "raw", "--threads"]
        command += ["--rate", str(_SAMPLES_PER_S), "--duration", str(round(seconds))]
        command += ["--pid", str(pid), "--output", str(output)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as profiler:
            try:
                yield
                profiler.wait(seconds)
            finally:
                profiler.terminate()
        print(f"\n{name}:")
        print(top_functions(output.read_text().splitlines()))


def top_functions(stacks: Iterable[str]) -> str:
    """Sum up lines of `outermost;…;innermost count` by function."""
    own: Counter[str] = Counter()
    with_callees: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        functions = stack.split(";")
        own[functions[-1]] += int(count)
        with_callees.update(dict.fromkeys(functions, int(count)))
    total = sum(own.values()) or 1
    return "\n".join(
        _shares("Itself", own, total) + _shares("With what it calls", with_callees, total)
    )


def _shares(title: str, counts: "Counter[str]", total: int) -> list[str]:
    top = counts.most_common(_SHOWN)
    return [f"\n{title}:", *(f"{count / total:6.1%}  {name}" for name, count in top)]
