"""`python -m bench [--only NAME …]`: measure, print the table, write bench/results.md."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.figures import Figures
from bench.report import BARS, as_markdown
from bench.scenarios import embedded, measure, scaled

SCALED = {"1x4": 1, "20x4": 20, "50x4": 50}
RESULTS = Path(__file__).with_name("results.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(BARS), help="only this scenario")
    wanted: list[str] = parser.parse_args().only or list(BARS)
    with tempfile.TemporaryDirectory(prefix="mmchat-bench-") as folder:
        measured = run(wanted, Path(folder))
    report = as_markdown(measured)
    sys.stdout.write(f"\n{report}\n")
    if set(wanted) == set(BARS):
        RESULTS.write_text(report)
    return 0


def run(wanted: list[str], folder: Path) -> list[Figures]:
    """Measure the wanted scenarios, each set-up started once."""
    measured = []
    if set(wanted) & set(SCALED):
        with scaled(folder) as target:
            for name, runs in SCALED.items():
                if name in wanted:
                    sys.stdout.write(f"{name} …\n")
                    sys.stdout.flush()
                    measured.append(measure(target, name, runs))
    if "embedded-1x4" in wanted:
        sys.stdout.write("embedded-1x4 …\n")
        sys.stdout.flush()
        with embedded(folder) as target:
            measured.append(measure(target, "embedded-1x4", 1))
    return measured


if __name__ == "__main__":
    sys.exit(main())
