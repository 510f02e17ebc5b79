"""python -m config.local                      the whole site (what `make run` calls)
python -m config.local servers -- COMMAND   a command with only database and queue running"""

import os
import subprocess
import sys

from config.local.paths import LocalPaths
from config.local.run import main, say
from config.local.servers import lock, servers


def with_servers(command: list[str]) -> int:
    paths = LocalPaths.from_environment()
    with lock(paths), servers(paths, say):
        return subprocess.run(command, env=dict(os.environ)).returncode


if __name__ == "__main__":
    if sys.argv[1:3] == ["servers", "--"] and sys.argv[3:]:
        sys.exit(with_servers(sys.argv[3:]))
    if sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(main())
