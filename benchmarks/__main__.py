"""Run the benchmarks that are named, or all of them, and print their figures."""

from __future__ import annotations

import sys
import time

from benchmarks import figures, happy_path, lookups, memory, proof, refusals, steps, stored, turns

EVERY = {
    "figures": figures.main,
    "happy_path": happy_path.main,
    "lookups": lookups.main,
    "memory": memory.main,
    "proof": proof.main,
    "refusals": refusals.main,
    "steps": steps.main,
    "stored": stored.main,
    "turns": turns.main,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in EVERY]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(EVERY)}.")
        return 2
    for name in names or list(EVERY):
        began = time.perf_counter()
        print(f"## {name}\n")
        EVERY[name]()
        print(f"\n({time.perf_counter() - began:.0f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
