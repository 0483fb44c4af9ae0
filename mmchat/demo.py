"""`make demo`: the portal with the simulated provider, in a folder of its own.

It is a program beside Django, not a command of it, because it decides what the settings will read.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROVIDER_TIMEOUT_S = 15.0


def main() -> int:
    port = free_port()
    provider = subprocess.Popen(
        [sys.executable, "-m", "tests.provider", "--port", str(port)], cwd=ROOT
    )
    try:
        wait_for(port, provider)
        return subprocess.run(
            [sys.executable, "manage.py", "run"],
            check=False,
            cwd=ROOT,
            env={**os.environ, **demo_environment(f"http://127.0.0.1:{port}")},
        ).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        provider.terminate()
        provider.wait()


def demo_environment(provider: str) -> dict[str, str]:
    """Return the settings that point every kind of provider at the simulated one."""
    return {
        "VAR_DIR": str(ROOT / "var" / "demo"),
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'demo' / 'mmchat.sqlite3'}",
        "REDIS_URL": "",
        "LOCAL_MODELS": "off",
        "GROQ_BASE_URL": provider,
        "GROQ_API_KEY": "simulated",
        "ANTHROPIC_BASE_URL": provider,
        "ANTHROPIC_API_KEY": "simulated",
        "OPENAI_BASE_URL": f"{provider}/v1",
        "OPENAI_API_KEY": "simulated",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, provider: subprocess.Popen[bytes]) -> None:
    """Return once the provider takes connections; ends the demo if it does not."""
    deadline = time.monotonic() + PROVIDER_TIMEOUT_S
    while provider.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    sys.exit("mmchat: the simulated provider did not start; the lines above say why.")


if __name__ == "__main__":
    sys.exit(main())
