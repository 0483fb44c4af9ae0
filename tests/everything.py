"""Everything that must hold, in one command: `python -m tests.everything [--static]`.

Each check runs even if one before it failed, and the end says which did.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable

STATIC_CHECKS: dict[str, Sequence[str]] = {
    "style": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy"],
    "imports": [str(Path(PYTHON).with_name("lint-imports")), "--no-cache"],
}
CHECKS: dict[str, Sequence[str]] = {
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "settings": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
    "API schema": [
        PYTHON,
        "manage.py",
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--file",
        "var/schema.yml",
    ],
    "tests": [PYTHON, "-m", "pytest", "--cov", "--cov-report=term:skip-covered"],
}


def main(arguments: Sequence[str]) -> int:
    """Run the checks; return 0 only if all of them passed."""
    checks = STATIC_CHECKS if "--static" in arguments else STATIC_CHECKS | CHECKS
    (ROOT / "var").mkdir(exist_ok=True)
    failed = [name for name, command in checks.items() if not passes(name, command)]
    print("\nFailed: " + ", ".join(failed) if failed else "\nAll checks passed.", flush=True)
    return 1 if failed else 0


def passes(name: str, command: Sequence[str]) -> bool:
    print(f"\n=== {name} ===", flush=True)
    began_at = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    print(f"--- {name}: {time.monotonic() - began_at:.0f} s", flush=True)
    return status == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
