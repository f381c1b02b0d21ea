"""The pipeline: from a photo's file to the JPEG of a render, a step a file. Knows files and limits, no queues."""

from workers.pipeline.render import REVISION, render, render_ladder, unscaled

__all__ = ["REVISION", "render", "render_ladder", "unscaled"]
