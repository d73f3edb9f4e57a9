"""One of the servers that tests use, for trying by hand: `python -m tests.servers rt` runs it until Ctrl-C.

What it keeps is in a temporary folder, made from nothing and gone at the end. Prints what to sign in with.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

from tests.servers.house import Kind, NotHere, end, free_port

KINDS = {"radicale": "tests.servers.radicale:Radicale", "rt": "tests.servers.rt:RequestTracker"}


def main(name: str) -> int:
    """Run the server of that name."""
    module, _, attribute = KINDS[name].partition(":")
    kind: Kind = getattr(importlib.import_module(module), attribute)()
    with tempfile.TemporaryDirectory(prefix=f"actiontrack-{name}-") as folder:
        try:
            print(f"making {name}; the first time it is installed, which takes minutes …", flush=True)
            kind.install()
            running = kind.start(Path(folder), free_port())
        except NotHere as why:
            print(why, file=sys.stderr)
            return 1
        print(f"url={running.url}", *(f"{key}={value}" for key, value in running.access.items()), sep="\n", flush=True)
        print(f"folder={folder}\nCtrl-C ends it", flush=True)
        try:
            running.process.wait()
        except KeyboardInterrupt:
            pass
        finally:
            end(running.process)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == [] or sys.argv[1] not in KINDS:
        sys.exit(f"usage: python -m tests.servers {'|'.join(KINDS)}")
    sys.exit(main(sys.argv[1]))
