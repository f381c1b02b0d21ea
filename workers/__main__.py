"""`python -m workers run` is a worker of the distributed way, `… beat` what wakes it by the clock; `… render` renders
one file, without any server; `… prerender` renders in advance what is missing."""

import argparse
import logging
import sys
from collections.abc import Sequence

import config
from workers.commands import render


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0, or 1 with a sentence, 2 for wrong settings."""
    parser = argparse.ArgumentParser(prog="python -m workers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    running = commands.add_parser("run", help="render what the queues hold")
    running.add_argument("--queues", default="interactive,prefetch", help="which, with commas (%(default)s)")
    running.add_argument("--concurrency", type=int, help="renders at once (default: workers.concurrency)")
    running.add_argument("--nice", type=int, default=0, help="OS priority, 0 to 19, the lowest (%(default)s)")
    commands.add_parser("beat", help="queue what has to be done by the clock")
    render.add_arguments(commands.add_parser("render", help="render one file, and say how long each step took"))
    _add_prerender(commands.add_parser("prerender", help="render in advance what is missing"))
    chosen = parser.parse_args(arguments)
    settings = config.load_or_exit()
    if chosen.command == "render":
        return render.run(settings, chosen)
    if chosen.command == "prerender":
        return _prerender(settings, chosen)
    if not settings.distributed:
        print("workers: redis.url is not set: without it `python -m api` has its workers inside", file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    config.share_metrics(settings)
    return _beat(settings) if chosen.command == "beat" else _run(settings, chosen)


def _add_prerender(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--query", default="*", help="the photos, as runQuery finds them (every one)")
    parser.add_argument("--sizes", help="names or sizes, with commas: phone,256x256,x160 (prerender.sizes)")
    parser.add_argument("--resume", type=int, metavar="JOB", help="go on with a job that was paused")
    parser.add_argument("--concurrency", type=int, help="photos at once, where no server runs (workers.concurrency)")


def _prerender(settings: config.Settings, chosen: argparse.Namespace) -> int:
    config.share_metrics(settings)
    from workers.commands import prerender as command

    return command.run(settings, chosen)


def _run(settings: config.Settings, chosen: argparse.Namespace) -> int:
    # What counts is imported once `config.share_metrics` has said where the counts go.
    from workers.commands import run

    return run.run(settings, chosen)


def _beat(settings: config.Settings) -> int:
    from workers.queue.app import create_celery

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_celery(settings)
    app.Beat(schedule=str(settings.data_dir / "beat-schedule"), loglevel="WARNING", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
