"""`python -m tests.provider --port N`: serve the simulated provider until interrupted."""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading

import uvicorn


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.provider", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument(
        "--owned-fd",
        type=int,
        help="serve this listening socket, and end when standard input is closed",
    )
    asked = parser.parse_args()
    logging.getLogger("uvicorn.error").addFilter(_is_no_scripted_cut)
    try:
        listener = _listener(asked)
    except OSError as error:
        sys.exit(f"{asked.host}:{asked.port} cannot be used: {error.strerror}")
    # uvicorn raises the interrupt again once it has shut down.
    with contextlib.suppress(KeyboardInterrupt):
        _serve(listener)


def _listener(asked: argparse.Namespace) -> socket.socket:
    if asked.owned_fd is not None:
        threading.Thread(target=_end_with_owner, daemon=True).start()
        return socket.socket(fileno=asked.owned_fd)
    listener = socket.create_server((asked.host, asked.port), backlog=1024)
    host, port = listener.getsockname()[:2]
    print(f"The simulated provider answers on http://{host}:{port}", flush=True)
    return listener


def _serve(listener: socket.socket) -> None:
    config = uvicorn.Config(
        "tests.provider.app:app",
        log_level="error",
        access_log=False,
        # Longer than SDKs keep idle connections, so none is closed under a request.
        timeout_keep_alive=600,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_owner() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _is_no_scripted_cut(record: logging.LogRecord) -> bool:
    return "returned without completing response" not in record.getMessage()


if __name__ == "__main__":
    main()
