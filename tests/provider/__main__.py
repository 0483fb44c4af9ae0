"""`python -m tests.provider --port N`: serve the simulated provider until interrupted."""

import argparse

import uvicorn


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.provider", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--fd", type=int, help="serve this listening socket instead")
    asked = parser.parse_args()
    uvicorn.run(
        "tests.provider.app:app",
        host=asked.host,
        port=asked.port,
        fd=asked.fd,
        # A cut connection is a script here, not an error to be logged.
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
