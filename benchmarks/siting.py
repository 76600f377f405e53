"""All races of siting, one after the other, each in a process of its own: every ``siting_*.py`` beside this file.

::

    python benchmarks/siting.py                    all of them
    python benchmarks/siting.py --quick            what they call quick, where they know the word
    python benchmarks/siting.py cover              one of them, with what else is given
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Run the races that are named, or all; 1 if any fails."""
    races = {path.stem.removeprefix("siting_"): path for path in sorted(HERE.glob("siting_*.py"))}
    named = [word for word in arguments if word in races]
    others = [word for word in arguments if word not in races]
    unknown = [word for word in others if not word.startswith("-")]
    if unknown:
        print(f"no race is named {', '.join(unknown)}; there are {', '.join(races)}")
        return 2
    failed = []
    for name in named or races:
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-W", "ignore", races[name], *others], check=False)
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
