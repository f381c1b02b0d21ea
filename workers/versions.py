"""What a render depends on beside its size and quality, and what its failure does."""

from catalog.kinds.readers import fingerprint
from config import Settings
from workers.pipeline import render as pipeline


def key_version(source: str) -> str:
    """The `version` of a RenderKey: the source's own, and the pipeline's revision."""
    return f"{source}-{pipeline.REVISION}"


def rendering_revision() -> str:
    """What renders are made by: what is known of a render counts for those of the same."""
    return str(pipeline.REVISION)


def rendering_setup(settings: Settings) -> str:
    """What photos are rendered with: pipeline, readers and limits. What failed with anything else is untried."""
    limits = (
        settings.render_max_pixels,
        settings.render_max_bytes,
        settings.render_max_frames,
        settings.workers_memory_bytes,
        settings.longest_render,
    )
    return "-".join(map(str, (pipeline.REVISION, fingerprint(), *limits)))
