"""`make demo`: the portal in front of the simulated provider, in a folder of its own.

Runs on requirements.txt alone.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.provider.server import RunningProvider, start_provider

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "demo"


def main() -> int:
    with start_provider() as provider:
        portal = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env={**os.environ, **provider_settings(provider), **FOLDER_SETTINGS},
        )
        while True:
            try:
                return portal.wait()
            except KeyboardInterrupt:
                # Ctrl-C reaches the portal too; the provider stays until it has ended.
                continue


FOLDER_SETTINGS = {
    "VAR_DIR": str(FOLDER),
    "DATABASE_URL": f"sqlite:///{FOLDER / 'mmchat.sqlite3'}",
    "REDIS_URL": "",
    "LOCAL_MODELS": "off",
}


def provider_settings(provider: RunningProvider) -> dict[str, str]:
    """Return the environment that points every kind of provider at the simulated one."""
    return {
        "GROQ_BASE_URL": provider.groq_url,
        "GROQ_API_KEY": "simulated",
        "ANTHROPIC_BASE_URL": provider.anthropic_url,
        "ANTHROPIC_API_KEY": "simulated",
        "OPENAI_BASE_URL": provider.openai_url,
        "OPENAI_API_KEY": "simulated",
    }


if __name__ == "__main__":
    sys.exit(main())
