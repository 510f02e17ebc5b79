"""Reports a second with one worker machine, two, ...: network namespaces that share one database and one broker.

    python -m bench.machines [--machines 1 2] [--jobs 200] [--processes 1]

On a computer with two cores the second machine can only use what the first and the servers leave; the ratio says
whether anything but the cores holds the workers back.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from bench.load.machine import cpu_seconds
from tests.stack.machines import Machines, machines


def measure(site: Machines, number: int, jobs: int, processes: int, first: float) -> float:
    """Reports a second with so many machines."""
    for cable in site.network.cables[:number]:
        site.start_worker(cable, processes)
    site.make_reports(5 * number, seed=100 + number, seconds=120)  # all processes warm
    roots = [worker.process.pid for worker in site.workers if worker.process is not None]
    before, had = sum(map(cpu_seconds, roots)), [site.made_by(worker) for worker in site.workers]
    rate = jobs / site.make_reports(jobs, seed=number, seconds=900)
    used = sum(map(cpu_seconds, roots)) - before
    shares = [site.made_by(worker) - begun for worker, begun in zip(site.workers, had, strict=True)]
    site.stop_workers()
    print(
        f"{number} machines of {processes}: {rate:5.2f} reports/s = {rate / (first or rate):.2f}x, "
        f"CPU of the workers {used / jobs:.2f} s a report, made by each {shares}",
        flush=True,
    )
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--processes", type=int, default=1, help="worker processes on each machine")
    asked = parser.parse_args()
    first = 0.0
    with machines(max(asked.machines)) as site:
        print(f"network: {type(site.network).__name__.lower()}")
        for number in asked.machines:
            rate = measure(site, number, asked.jobs, asked.processes, first)
            first = first or rate


if __name__ == "__main__":
    main()
