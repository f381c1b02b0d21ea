"""The objects that functions take and answer with, as OpenAPI names them. One literal structure."""

from api.functions.galleries import TYPES
from api.functions.prefetch import COUNT, MOST
from api.openapi.describe import (
    Described,
    maybe,
    record,
    several,
    shown,
    text,
    truth,
    whole,
)
from api.openapi.jobs import JOB_SCHEMAS
from api.openapi.page import PAGE_SCHEMAS

PHOTO_FIELDS = {
    "photoID": text("16 bytes in base64"),
    "fileName": text("the path inside its photo root, behind the root's alias"),
    "creationDate": text("as in 2015-07-02T14:35:33"),
    "creationYear": whole("the year of it"),
    "width": whole("pixels, as a person sees the photo"),
    "height": whole("pixels, as a person sees the photo"),
    "fingerprint": text("another one where the file has changed"),
    "mimeType": text("the media type of the file"),
}
GALLERY_FIELDS = {
    "sid": text("whoever has it sees the gallery"),
    "uid": text("whose it is"),
    "name": text("its name"),
    "description": text("what is said of it"),
    "count": whole("photos in it", minimum=0),
    "indexmarked": whole("the photo that stands for it"),
    "created": text("as in 2015-07-02 14:35:33"),
    "expires": text("likewise, or never"),
}
PAIR = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
ITEMS: dict[str, Described] = {
    "photoids": {"type": "string"},
    "ranges": PAIR | {"description": "a first place and a number of photos of the view"},
}
JSON_TYPES = {int: "integer", str: "string", bool: "boolean", list: "array"}

SCHEMAS: dict[str, Described] = {
    "Problem": record(
        {
            "type": text("about:blank"),
            "title": text("of the status"),
            "status": whole("as the answer's"),
            "detail": text("a sentence"),
        }
    ),
    "Photo": record(PHOTO_FIELDS, optional=tuple(name for name in PHOTO_FIELDS if name != "photoID")),
    "Gallery": record(GALLERY_FIELDS | {"photos": several(shown("Photo"))}, optional=("photos",)),
    "Share": {
        "type": "object",
        "description": "Either vid, maybe with ranges, or photoids.",
        "properties": {
            name: {"type": [JSON_TYPES[kind], "null"]} | ({"items": ITEMS[name]} if kind is list else {})
            for name, kind in TYPES.items()
        },
        "additionalProperties": False,
    },
    "Prefetch": {
        "type": "object",
        "description": f"One of sid, vid and photoids. count times sizes is {MOST} at most.",
        "properties": {
            "sid": maybe(text("a shared gallery")),
            "vid": maybe(whole("a view of the session")),
            "photoids": maybe(several({"type": "string"}, "photo ids")),
            "first": maybe(whole("the first place in it, from 0", minimum=0, default=0)),
            "count": maybe(whole("how many photos from there on", minimum=1, default=COUNT)),
            "sizes": several(
                {
                    "type": "object",
                    "description": "As getPhoto takes it: width, height or both.",
                    "properties": {
                        "width": maybe(whole("pixels", minimum=1)),
                        "height": maybe(whole("pixels", minimum=1)),
                        "quality": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": 0.7},
                    },
                    "additionalProperties": False,
                }
            )
            | {"minItems": 1},
        },
        "required": ["sizes"],
        "additionalProperties": False,
    },
    "Prefetched": record(
        {
            "cached": whole("renders that are there", minimum=0),
            "queued": whole("renders that are under way, in whatever queue", minimum=0),
            "refused": whole("renders for which the queue has no room, or of photos that can't be shown", minimum=0),
        }
    ),
    **PAGE_SCHEMAS,
    **JOB_SCHEMAS,
    "Readiness": record(
        {"ready": truth("whether all works"), "parts": {"type": "object", "additionalProperties": {"type": "string"}}}
    ),
}
