"""Every setting of Darkroom: its name, type, default, bounds and one line of help. One table, one source.

`python -m config` prints each setting with its value, its source and its help.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from config.prefix import Prefix
from config.setting import Bytes, Setting
from config.sources import Root

ANSWERS_PART = 16
"""Of the memory for renders, one part is for the heads of answers."""


def setting(name: str, default: Any, help: str, **more: Any) -> Any:
    """A row of the table below; `more` is what else `Setting` has."""
    return field(default=default, metadata={"setting": Setting(name, help, **more)})


@dataclass(frozen=True)
class Settings:
    """All settings, ready for use. Paths are absolute; `sources` says where each value came from."""

    # The front end
    server_host: str = setting("server.host", "127.0.0.1", "address that the front end listens on")
    server_port: int = setting(
        "server.port", 8080, "port that the front end listens on (0: any free one); PORT says it too", low=0, high=65535
    )
    server_threads: int = setting("server.threads", 128, "requests that a front end serves at once", low=2, high=4096)
    server_waiting_places: int = setting(
        "server.waiting.places", 120, "requests that may wait for a render; fewer than server.threads", low=1, high=4095
    )
    server_connections: int = setting(
        "server.connections",
        0,
        "connections that a front end has at once, as far as descriptors suffice; 0: eight for each thread",
        high=1_000_000,
    )
    server_connections_per_address: int = setting(
        "server.connections.per.address",
        128,
        "connections of one address (IPv6: of one /64), but for this machine's and the trusted proxy's; 0: any number",
        high=1_000_000,
    )
    server_receive_timeout: float = setting(
        "server.receive.timeout", 10.0, "time in which a request's head has to come", low=0.1, high=3600, unit="s"
    )
    server_send_timeout: float = setting(
        "server.send.timeout", 30.0, "longest that a client may take nothing of an answer", low=0.1, high=3600, unit="s"
    )
    server_idle_timeout: float = setting(
        "server.idle.timeout", 120.0, "how long a connection is kept between two requests", low=0.1, high=3600, unit="s"
    )
    server_least_rate: int = setting(
        "server.least.rate",
        1000,
        "slowest that a client may send a body or take an answer",
        high=1_000_000,
        unit="bytes a second",
    )
    server_buffer_bytes: Bytes = setting(
        "server.buffer.bytes",
        Bytes(256_000_000),
        "requests and answers that the connections of a front end hold together",
        low=1_000_000,
        unit="bytes",
    )
    server_prefix: Prefix = setting(
        "server.prefix", Prefix(""), "path below which a proxy serves it, as /photos; empty: its name's root"
    )
    server_trusted_proxy: str = setting(
        "server.trusted.proxy", "", "address of the proxy in front, whose word on callers counts; *: any; empty: none"
    )
    server_trusted_proxy_count: int = setting(
        "server.trusted.proxy.count", 1, "proxies in front, one behind the other", low=1, high=16
    )
    server_trusted_proxy_headers: str = setting(
        "server.trusted.proxy.headers",
        "x-forwarded-for, x-forwarded-proto, x-forwarded-prefix",
        "headers in which the proxy says who calls, and by which URL, with commas",
    )
    http_max_age: int = setting(
        "http.max.age",
        31536000,
        "how long a client may show a photo without asking again, where its URL names the version",
        low=0,
        high=31536000,
        unit="s",
    )
    server_cors_origins: str = setting(
        "server.cors.origins", "", "web pages of other origins that may call, with commas, or *; empty: none"
    )
    server_names: str = setting(
        "server.names", "", "names of hosts under which browsers may reach it, with commas; empty: any"
    )
    server_remember: bool = setting(
        "server.remember", True, "whether cached photos that are asked for again are answered without the app"
    )
    server_access_log: bool = setting("server.access.log", False, "whether each answer is logged, secrets masked")
    thumbs_height: int = setting("thumbs.height", 160, "height of thumbnails", low=16, high=4096, unit="pixels")

    # The Web API
    webapi_enabled: bool = setting("webapi.enabled", True, "whether the Web API answers")
    webapi_apikey: str = setting(
        "webapi.apikey", "", "what createWebApiSession wants as apikey; empty: nothing", secret=True
    )
    webapi_default_uid: str = setting(
        "webapi.default.uid",
        "",
        "user whose rights a caller has who names no session, if that user's password is the uid; empty: nobody's",
    )
    webapi_max_sessions_per_ip: int = setting(
        "webapi.max.sessions.per.ip", 100, "sessions that may be alive for one address", low=1, high=1_000_000
    )
    webapi_session_minutes: float = setting(
        "webapi.session.minutes", 60.0, "how long an unused session lives", low=0.01, high=525600, unit="minutes"
    )
    webapi_disable_password_encryption: str = setting(
        "webapi.DISABLE.PASSWORD.ENCRYPTION",
        "",
        "NoPwEncryptionForWebApi: passwords are sent as they are; empty: under RSA",
        choices=("", "NoPwEncryptionForWebApi"),
    )

    audit_days: float = setting(
        "audit.days", 365.0, "how long the audit log keeps who changed what", low=1, high=36500, unit="days"
    )
    audit_entries: int = setting(
        "audit.entries", 100_000, "what the audit log keeps at most", low=100, high=10_000_000, unit="entries"
    )

    web_enabled: bool = setting("web.enabled", True, "whether the gallery page is served, with its sessions by cookie")

    # Who vouches for people
    auth_local: bool = setting("auth.local", True, "whether people sign in to the gallery page by a password")
    auth_make_users: bool = setting(
        "auth.make.users", True, "whether whoever is vouched for becomes a user; false: only those who are linked"
    )
    auth_groups: str = setting(
        "auth.groups",
        "",
        "which groups of who vouches are which of Darkroom's, as theirs=ours, with commas; empty: by the same names",
    )
    auth_admins: str = setting(
        "auth.admins", "", "groups of who vouches whose members may do everything, with commas; empty: none are known"
    )
    auth_url: str = setting(
        "auth.url", "", "where browsers find Darkroom, as https://example.org/photos; empty: as each request says"
    )
    auth_oidc_issuer: str = setting(
        "auth.oidc.issuer", "", "issuer of the OpenID Connect provider, as https://id.example.org; empty: there is none"
    )
    auth_oidc_client_id: str = setting("auth.oidc.client.id", "", "as what the provider knows Darkroom")
    auth_oidc_client_secret: str = setting(
        "auth.oidc.client.secret", "", "what Darkroom proves that by; empty: a public client", secret=True
    )
    auth_oidc_name: str = setting("auth.oidc.name", "OpenID Connect", "what the page calls the provider")
    auth_oidc_scopes: str = setting("auth.oidc.scopes", "openid profile email", "what is asked of the provider")
    auth_oidc_username: str = setting("auth.oidc.username", "preferred_username", "claim that a new user is called by")
    auth_oidc_groups: str = setting(
        "auth.oidc.groups", "", "claim whose groups a user's follow at each sign-in; empty: they stay as they are here"
    )
    auth_oidc_ca: str = setting(
        "auth.oidc.ca", "", "file of certificates that the provider's is signed by, beside the system's; empty: none"
    )
    auth_proxy_header: str = setting(
        "auth.proxy.header", "", "header in which the trusted proxy says who is signed in, as Remote-User; empty: none"
    )
    auth_proxy_groups: str = setting(
        "auth.proxy.groups",
        "",
        "header in which it says that user's groups, as Remote-Groups; empty: they stay as here",
    )
    auth_proxy_logout: str = setting(
        "auth.proxy.logout", "", "where people sign out of the proxy, as https://id.example.org/logout; empty: nowhere"
    )

    # What one caller may cost, in a minute; who has asked for little gets ten minutes' worth at once
    limits_misses: int = setting(
        "limits.misses",
        12_000,
        "renders that one caller may have made in a minute, ten times as many at once; 0: any",
        high=10**9,
    )
    limits_new_sizes: int = setting(
        "limits.new.sizes",
        12,
        "sizes, neither common nor asked for before, of one caller in a minute, ten times as many at once; 0: any",
        high=10**9,
    )
    limits_queries: int = setting(
        "limits.queries", 60, "queries of one caller in a minute, ten times as many at once; 0: any", high=10**9
    )
    limits_sessions: int = setting(
        "limits.sessions", 10, "sessions made for one caller in a minute, ten times as many at once; 0: any", high=10**9
    )
    limits_originals: Bytes = setting(
        "limits.originals",
        Bytes(2_000_000_000),
        "photos in their own size and original files, for one caller in a minute, ten times as much at once; 0: any",
        unit="bytes",
    )

    # Where things are
    data_dir: Path = setting("data.dir", Path("data"), "folder of the catalogue and the cached renders")
    roots: tuple[Root, ...] = ()
    robot_follow_links: bool = setting(
        "robot.follow.links", True, "whether symbolic links in a photo root are followed, wherever they lead"
    )

    robot_use_filesystem_monitor: bool = setting(
        "robot.use.filesystem.monitor", True, "whether changes in photo roots are noticed as they happen"
    )
    robot_rescan_minutes: float = setting(
        "robot.rescan.minutes", 60.0, "time between two scans of everything; 0: never", high=525600, unit="minutes"
    )

    scan_ignore: str = setting(
        "scan.ignore",
        "@eaDir, @tmp, @sharebin, @Recycle, @Recently-Snapshot, @Transcode, @__thumb, #recycle, #snapshot, ~snapshot, "
        "$RECYCLE.BIN, RECYCLER, RECYCLED, System Volume Information, lost+found, Network Trash Folder, "
        "Temporary Items, __MACOSX, *.lrdata, appdata_*, files_trashbin, files_versions",
        "names of folders that are no photos' (* stands for anything), with commas; those with a dot first never are",
    )
    scan_max_vanished: int = setting(
        "scan.max.vanished",
        20,
        "part of a root's photos that may vanish at once without a word, if it is more than 50 photos; 100: any",
        high=100,
        unit="%",
    )
    library_missing_days: float = setting(
        "library.missing.days",
        30.0,
        "how long a photo that has vanished keeps its id, its place in galleries and what is known of it",
        high=36500,
        unit="days",
    )

    search_timeout: float = setting(
        "search.timeout", 5.0, "longest that a search may take, then the answer is 503", low=0.1, high=600, unit="s"
    )

    # Rendering
    render_timeout: float = setting(
        "render.timeout", 30.0, "longest wait for a render, then the answer is 503", low=0.1, high=600, unit="s"
    )
    render_max_seconds: float = setting(
        "render.max.seconds",
        60.0,
        "longest that a photo is rendered for, though nobody may wait any more; then the answer is 501",
        low=0.1,
        high=3600,
        unit="s",
    )
    render_queue_length: int = setting(
        "render.queue.length", 500, "renders that may be queued for people who wait; then 503", low=1, high=100_000
    )
    render_sizes: str = setting(
        "render.sizes",
        "free",
        "free: photos in any size; common: who is not signed in gets those of device.sizes and prerender.sizes alone",
        choices=("free", "common"),
    )
    render_max_side: int = setting(
        "render.max.side", 8192, "longest side of a scaled render", low=16, high=65500, unit="pixels"
    )
    render_max_pixels: int = setting(
        "render.max.pixels", 200_000_000, "largest photo that is decoded", low=1, high=2**31 - 1, unit="pixels"
    )
    render_max_bytes: Bytes = setting(
        "render.max.bytes", Bytes(1_000_000_000), "largest file of a photo that is decoded", low=1, unit="bytes"
    )
    render_max_frames: int = setting(
        "render.max.frames", 1000, "most pictures in a file of which the first is rendered", low=1
    )
    prefetch_count: int = setting(
        "prefetch.count", 3, "photos made in advance of who goes through a view or a gallery; 0: none", high=100
    )
    prefetch_queue_length: int = setting(
        "prefetch.queue.length", 200, "renders that may be queued in advance; more are refused", low=1, high=100_000
    )
    prefetch_timeout: float = setting(
        "prefetch.timeout", 60.0, "how long a render queued in advance is worth making", low=0.1, high=3600, unit="s"
    )
    workers_memory_bytes: Bytes = setting(
        "workers.memory.bytes",
        Bytes(6_000_000_000),
        "memory of all renders of a process at once, embedded 60 % of what there is at most, and of each that decodes; "
        "0: no bound",
        unit="bytes",
    )
    workers_confine: str = setting(
        "workers.confine",
        "auto",
        "whether photos are decoded in processes that reach nothing: as far as the kernel can, only if it can, or not",
        choices=("auto", "required", "off"),
    )
    workers_concurrency: int = setting(
        "workers.concurrency", 0, "renders that a host makes at once (0: one for each core)", low=0, high=256
    )
    prerender_auto: bool = setting(
        "prerender.auto", True, "whether new photos, and each night what is missing, are rendered in advance"
    )
    prerender_sizes: str = setting(
        "prerender.sizes", "tile160, tile256, tile512, thumbnail", "sizes that are rendered in advance, with commas"
    )
    prerender_hour: int = setting(
        "prerender.hour", 3, "when what is missing is rendered in advance", low=0, high=23, unit="o'clock"
    )
    device_sizes: str = setting(
        "device.sizes",
        "",
        "names of sizes to add or replace, as kiosk=1366x768, or remove, as -television, with commas",
    )
    redis_url: str = setting(
        "redis.url",
        "",
        "Redis of the distributed way, redis://, rediss:// or unix://; empty: the embedded way",
        secret=True,
    )

    # The cache
    cache_memory_bytes: Bytes = setting(
        "cache.memory.bytes", Bytes(64_000_000), "renders kept in the memory of each front end; 0: none", unit="bytes"
    )
    cache_disk_bytes: Bytes = setting(
        "cache.disk.bytes", Bytes(10_000_000_000), "renders kept on disk; 0: none", unit="bytes"
    )
    cache_disk_entries: int = setting(
        "cache.disk.entries", 1_000_000, "renders kept on disk, as each takes an inode; 0: none", unit="renders"
    )
    cache_disk_free: Bytes = setting(
        "cache.disk.free", Bytes(1_000_000_000), "what the renders leave free on their filesystem", unit="bytes"
    )
    cache_redis_bytes: Bytes = setting(
        "cache.redis.bytes", Bytes(256_000_000), "renders kept in Redis, where redis.url is set; 0: none", unit="bytes"
    )
    cache_redis_ttl: int = setting(
        "cache.redis.ttl", 604_800, "how long Redis keeps a render after its last use", low=1, high=31536000, unit="s"
    )

    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def distributed(self) -> bool:
        """Whether workers are processes of their own, reached through Redis."""
        return bool(self.redis_url)

    @property
    def concurrency(self) -> int:
        """Renders made at once by this host's workers, where nothing else is said."""
        return self.workers_concurrency or os.cpu_count() or 1

    @property
    def remembered_bytes(self) -> int:
        """The part of `cache.memory.bytes` that is for answers, beside their renders; 0: none is remembered."""
        return self.cache_memory_bytes // ANSWERS_PART if self.server_remember else 0

    @property
    def longest_render(self) -> float:
        """Seconds after which a render is given up: no less than somebody waits for it."""
        return max(self.render_max_seconds, self.render_timeout)

    @property
    def hung_after(self) -> float:
        """Seconds after which a worker's process is killed that hangs in a render, with room for a slow drive."""
        return 2 * self.longest_render + 30

    @property
    def trusted_proxy_headers(self) -> set[str]:
        """The headers in which the proxy in front says who calls, in lower case."""
        return _in_lower_case(self.server_trusted_proxy_headers)

    @property
    def names(self) -> set[str]:
        """The names of hosts under which browsers may reach the server, in lower case; empty: any."""
        return _in_lower_case(self.server_names)

    @property
    def oidc(self) -> bool:
        """Whether people sign in by an OpenID Connect provider."""
        return bool(self.auth_oidc_issuer)

    @property
    def root_paths(self) -> dict[str, Path]:
        """The photo roots, by alias."""
        return {root.alias: root.path for root in self.roots}


def _in_lower_case(text: str) -> set[str]:
    """The words that a setting names with commas between."""
    return {each.strip().lower() for each in text.split(",") if each.strip()}


def every_setting() -> list[tuple[Setting, "Field[Any]"]]:
    """Every setting but the photo roots, in order, with its field of `Settings`."""
    return [(each.metadata["setting"], each) for each in fields(Settings) if "setting" in each.metadata]
