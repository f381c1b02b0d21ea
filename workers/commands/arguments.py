"""What the commands of the workers take, each of which is loaded only when it is given: Celery takes its time."""

import argparse
import logging
import re
import sys
from pathlib import Path

import config
import loading
from config.arguments import existing_file, new_folder, whole

REQUEST = re.compile(r"([1-9]\d{0,5})?x([1-9]\d{0,5})?", re.ASCII)


def add_run(parser: argparse.ArgumentParser) -> None:
    """Of a worker of the distributed way."""
    parser.add_argument("--queues", type=_queues, default="interactive,prefetch", help="which (%(default)s)")
    parser.add_argument("--concurrency", type=whole(1, 256), help="renders at once (default: workers.concurrency)")
    parser.add_argument("--nice", type=whole(0, 19), default=0, help="OS priority, 0 to 19, the lowest (%(default)s)")
    parser.set_defaults(run=_run)


def add_beat(parser: argparse.ArgumentParser) -> None:
    """Of what wakes workers by the clock."""
    parser.set_defaults(run=_beat)


def add_prerender(parser: argparse.ArgumentParser) -> None:
    """Of rendering in advance."""
    parser.add_argument("--query", default="*", help="the photos, as runQuery finds them (every one)")
    parser.add_argument("--sizes", help="names or sizes, with commas: phone,256x256,x160 (prerender.sizes)")
    parser.add_argument("--resume", type=whole(1, 2**53), metavar="JOB", help="go on with a job that was paused")
    parser.add_argument(
        "--concurrency", type=whole(1, 256), help="photos at once, where no server runs (workers.concurrency)"
    )
    parser.set_defaults(run=_prerender)


def add_render(parser: argparse.ArgumentParser) -> None:
    """Of rendering one file."""
    parser.add_argument("file", type=existing_file, help="the photo")
    parser.add_argument(
        "--size",
        type=_request,
        action="append",
        metavar="WxH",
        help="as getPhoto takes it: 256x256, 1920x, x160; any number of times; none: the photo in its own size",
    )
    parser.add_argument("--quality", type=_quality, default=70, help="0.0 to 1.0 (0.7)")
    parser.add_argument("--out", type=new_folder, default=Path(), help="the folder to write into (this one)")
    parser.set_defaults(run=_render)


def _run(settings: config.Settings, chosen: argparse.Namespace) -> int:
    if not _reaches_redis(settings):
        return 1
    with loading.uncollected():
        # What counts is imported once `config.share_metrics` has said where the counts go.
        from workers.commands import run

    return run.run(settings, chosen)


def _beat(settings: config.Settings, _: argparse.Namespace) -> int:
    if not _reaches_redis(settings):
        return 1
    from workers.queue.app import create_celery

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = create_celery(settings)
    app.Beat(schedule=str(settings.data_dir / "beat-schedule"), loglevel="WARNING", quiet=True).run()
    return 0


def _reaches_redis(settings: config.Settings) -> bool:
    if not settings.distributed:
        print("workers: redis.url is not set: without it the front end has its workers inside", file=sys.stderr)
        return False
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("celery", "kombu"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    config.share_metrics(settings)
    return True


def _prerender(settings: config.Settings, chosen: argparse.Namespace) -> int:
    config.share_metrics(settings)
    from workers.commands import prerender

    return prerender.run(settings, chosen)


def _render(settings: config.Settings, chosen: argparse.Namespace) -> int:
    from workers.commands import render

    return render.run(settings, chosen)


def _queues(text: str) -> str:
    from workers.queue.app import QUEUES

    unknown = sorted(set(text.split(",")) - set(QUEUES))
    if unknown:
        raise argparse.ArgumentTypeError(f"no queue is named {unknown[0]!r}; there are {', '.join(QUEUES)}")
    return text


def _request(text: str) -> tuple[int | None, int | None]:
    """A request's width and height."""
    match = REQUEST.fullmatch(text)
    if not match or not any(match.groups()):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: 256x256, 1920x and x160 are, with sides of 1 or more")
    width, height = (int(side) if side else None for side in match.groups())
    return width, height


def _quality(text: str) -> int:
    """libjpeg's quality."""
    try:
        quality = float(text)
    except ValueError:
        quality = -1.0
    if not 0 <= quality <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no quality: from 0.0 to 1.0 is")
    return round(quality * 100)
