"""The version in the name of a render: what its bytes depend on, beside its size and quality."""

from workers.pipeline import render as pipeline


def key_version(source: str) -> str:
    """The `version` of a RenderKey: the source's own, and the pipeline's revision."""
    return f"{source}-{pipeline.REVISION}"
