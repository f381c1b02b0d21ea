"""What a render depends on beside its size and quality, and what its failure does."""

from catalog.kinds.readers import fingerprint
from catalog.photoid import is_version_of
from config import Settings
from workers import pipeline
from workers.memory_budget import allowed


def key_version(source: str) -> str:
    """The `version` of a RenderKey: the source's own, and the pipeline's revision."""
    return f"{source}-{pipeline.REVISION}"


def rendering_revision() -> str:
    """What renders are made by: what is known of a render counts for those of the same."""
    return str(pipeline.REVISION)


def is_current(version: str, size: int, mtime_ns: int) -> bool:
    """Whether the `version` of a RenderKey is this pipeline's, of a file of this size (bytes) and time of change."""
    source = version.rpartition("-")[0]
    return version == key_version(source) and is_version_of(source, size, mtime_ns)


def rendering_setup(settings: Settings) -> str:
    """What photos are rendered with: pipeline, readers and limits. What failed with anything else is untried."""
    limits = (
        settings.render_max_pixels,
        settings.render_max_bytes,
        settings.render_max_frames,
        # What a machine has differs by some megabytes from start to start.
        allowed(settings, embedded=not settings.distributed) // 100_000_000,
        settings.longest_render,
    )
    return "-".join(map(str, (pipeline.REVISION, fingerprint(), *limits)))
