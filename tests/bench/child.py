"""Runs a command and prints what it took: seconds of a clock and of a processor, and the most memory in bytes.

In a process of its own between the benchmark and the command: a new process counts the memory of the one that starts
it as its own, and this one is small.
"""

import json
import resource
import subprocess
import sys
from time import perf_counter

if __name__ == "__main__":
    began = perf_counter()
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
    wall, used = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": memory}))  # noqa: T201
