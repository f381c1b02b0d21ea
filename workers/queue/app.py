"""The Celery app: broker, queues, limits. The same on both ways; only the transport differs."""

from collections.abc import Iterator
from typing import Any

from celery import Celery
from kombu import connection
from kombu.entity import Queue

from config import Settings
from config.redis_address import parse
from workers.queue import memory_transport

INTERACTIVE, PREFETCH, BACKGROUND = "interactive", "prefetch", "background"
QUEUES = (INTERACTIVE, PREFETCH, BACKGROUND)

RENDER, LADDER, PING, SWEEP = "darkroom.render", "darkroom.ladder", "darkroom.ping", "darkroom.sweep"

ADDRESS = "darkroom_redis_url"
"""Where the app's settings have the address of Redis as redis-py takes it; empty: there is none."""

# A Redis that accepts and stays silent would block a publish for ever (redis-py waits without end by default).
REDIS_TIMEOUT = 1.0
# Seconds after which a task that was taken and never ended is another worker's. Workers tell by their own clocks, each
# of which may be another; and whoever waits for a task, or has ordered it, notices long before that it is lost.
VISIBILITY = 86_400.0


class Connection(connection.Connection):
    """A connection to the broker. One that is lost is tried again each second, however long that takes: by itself
    kombu tries ever less often, up to twice a minute, and so do the workers when Redis is back.
    """

    def ensure_connection(self, *arguments: Any, **more: Any) -> Any:
        """As kombu's."""
        every_second = {"interval_start": 1, "interval_step": 1, "interval_max": 1}
        return super().ensure_connection(*arguments, **every_second | more)  # type: ignore[no-untyped-call]


def create_celery(settings: Settings) -> Celery:
    """The app, without tasks: `tasks.register` gives it those, where it runs any."""
    app = Celery("darkroom", set_as_current=False)
    broker = parse(settings.redis_url) if settings.distributed else None
    app.conf.update(
        broker_url=broker.broker if broker else memory_transport.URL,
        broker_use_ssl=broker.tls if broker else None,
        **{ADDRESS: settings.redis_url},
        broker_transport_options=(
            {
                "socket_timeout": REDIS_TIMEOUT,
                "socket_connect_timeout": REDIS_TIMEOUT,
                "visibility_timeout": VISIBILITY,
            }
            if settings.distributed
            else {}
        ),
        broker_connection_timeout=REDIS_TIMEOUT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # the default gives up after 100 tries, and the worker with it
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1},
        task_queues=[Queue(name, routing_key=name) for name in QUEUES],  # type: ignore[no-untyped-call]
        task_default_queue=INTERACTIVE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # A task whose child dies is acknowledged all the same: who waits for it asks anew, and counts the deaths.
        task_acks_late=True,
        task_time_limit=settings.hung_after,  # prefork only: kills what hangs in C
        worker_lost_wait=1.0,  # a dead child is said to be dead before its flight runs out and another begins it
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        beat_schedule={"sweep": {"task": SWEEP, "schedule": 3600.0, "options": {"queue": BACKGROUND}}},
    )
    app.amqp.Connection = Connection
    return app


class QueueLengths:
    """How many messages wait in each queue; asked of the broker at each iteration."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Pairs of queue and length; raises what kombu raises where the broker does not answer."""
        with self._app.connection_for_read() as connection:
            channel = connection.default_channel
            for queue in QUEUES:
                # Declared, not only looked at: an empty queue does not exist for every transport.
                yield queue, channel.queue_declare(queue=queue).message_count
