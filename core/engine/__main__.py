"""`python -m core.engine`: the built-in engine as a process of its own.

One engine serves a folder, decided by a lock that the operating system frees however the process dies. Nothing that
was acknowledged is lost by ending it, so it ends at once, whenever it is asked to or its parent is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from core import settings
from core.engine import settings as engine_settings
from core.engine.access import access_key
from core.errors import EngineError
from core.files import write_atomically

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from core.engine.gate import Gate

ADDRESS = "127.0.0.1"
TAKEN = 3  # the exit code that tells a starter that somebody else serves this folder
REGION = "us-east-1"

_PATIENCE = 2.0  # seconds that a training has to write down where it is


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code."""
    options, known = _parser().parse_args(arguments), settings.load()
    root = (options.root or known.home / "engine").expanduser().resolve()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(root / "engine.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _print_environment(root) if options.print_env else TAKEN
    if options.print_env:
        lock.release()
        return _say_none_runs(root)
    try:
        _serve(root, known.engine_port if options.port is None else options.port, options.follow_stdin)
    except EngineError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m core.engine", description="S3 and Rekognition Custom Labels, here.")
    parser.add_argument("--root", type=Path, metavar="DIR", help="where everything is kept (default: HOME/engine)")
    parser.add_argument("--port", type=int, help="port to prefer (default: 4599); 0 is any")
    parser.add_argument("--follow-stdin", action="store_true", help="end when standard input ends")
    parser.add_argument("--print-env", action="store_true", help="show how AWS clients reach the running engine")
    return parser


def _print_environment(root: Path) -> int:
    """Write what AWS clients need as lines for a shell: `eval "$(python -m core.engine --print-env)"`."""
    url = _last_address(root)
    if url is None:
        return _say_none_runs(root)
    key = access_key(root)
    values = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }
    sys.stdout.writelines(f"export {name}={value}\n" for name, value in values.items())
    return 0


def _say_none_runs(root: Path) -> int:
    sys.stderr.write(f"No engine serves {root}. Start one with `python -m core.engine`.\n")
    return 1


def _last_address(root: Path) -> str | None:
    """Where the last engine of this folder listened, which clients may still have."""
    try:
        return str(json.loads((root / "engine.json").read_bytes())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _serve(root: Path, port: int, follow_stdin: bool) -> None:
    """Serve until somebody ends the process. The address is known to others once engine.json names it."""
    listener = listen([_port_of(_last_address(root)) or port, port, 0])
    identity = {"id": uuid.uuid4().hex, "pid": os.getpid()}
    gate, close = _assemble(root, identity)
    from core.engine.server import Server

    server = Server(gate, listener)
    url = f"http://{ADDRESS}:{server.port}"
    write_atomically(root / "engine.json", json.dumps(identity | {"url": url}).encode())
    sys.stdout.write(f"The engine listens on {url}. Clients: eval \"$(python -m core.engine --print-env)\"\n")
    sys.stdout.flush()
    ended: SimpleQueue[None] = SimpleQueue()
    threading.Thread(target=_leave_at, args=(ended, close), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM):  # an exception would close the connection of a request that begins
        signal.signal(number, lambda *_: ended.put(None))
    if follow_stdin:
        threading.Thread(target=_follow_stdin, args=(ended,), daemon=True).start()
    server.serve_forever()


def _port_of(address: str | None) -> int | None:
    try:
        return urlsplit(address or "").port
    except ValueError:
        return None


def listen(ports: Sequence[int]) -> socket.socket:
    """A socket that listens on the first of `ports` that is free; 0 stands for any free one."""
    for port in ports:
        listener = socket.socket()
        if os.name == "posix":  # elsewhere the option would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
            listener.listen(128)
        except (OSError, OverflowError):  # taken, not allowed, or no port at all
            listener.close()
        else:
            return listener
    raise EngineError(f"No port of {ADDRESS} can be used for the engine.")


def _assemble(root: Path, identity: dict[str, Any]) -> tuple[Gate, Callable[[], None]]:
    """The application, and what closes it. Its imports are slow, and paid for by the holder of the lock alone."""
    from core.engine import rekognition, sts
    from core.engine.gate import Gate
    from core.engine.s3 import S3
    from core.engine.scheduler import Scheduler

    chosen = engine_settings.load()
    s3 = S3(root / "s3", chosen.others_buckets)
    custom_labels = rekognition.application(root, s3.objects, chosen)
    scheduler = Scheduler(custom_labels.state, custom_labels.perform)
    scheduler.start()

    def close() -> None:
        scheduler.close()
        custom_labels.close()
        s3.close()

    services: dict[str, WSGIApplication] = {
        "s3": s3, "rekognition": custom_labels, "sts": sts.application, "scheduler": scheduler}
    return Gate(access_key(root), services, identity), close


def _follow_stdin(ended: SimpleQueue[None]) -> None:
    """Wait until the other end of standard input is closed: its holder is gone, however it died."""
    while sys.stdin.buffer.read(4096):
        pass
    ended.put(None)


def _leave_at(ended: SimpleQueue[None], close: Callable[[], None]) -> None:
    """End the process when that is asked for, whatever its threads do: unfinished requests were not acknowledged."""
    ended.get()
    closing = threading.Thread(target=close, daemon=True)
    closing.start()
    closing.join(_PATIENCE)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
