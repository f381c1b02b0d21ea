"""The objects that functions take and answer with, as OpenAPI names them. One literal structure."""

from api.functions.galleries import TYPES
from api.functions.prefetch import COUNT, MOST
from api.openapi.describe import Described, array, boolean, integer, nullable, obj, ref, string
from api.openapi.jobs import JOB_SCHEMAS
from api.openapi.page import PAGE_SCHEMAS
from api.openapi.people import PEOPLE_SCHEMAS
from catalog.kinds.damage import SENTENCES

PHOTO_FIELDS = {
    "photoID": string("16 bytes in base64"),
    "fileName": string("the path inside its photo root, behind the root's alias"),
    "creationDate": string("as in 2015-07-02T14:35:33"),
    "creationYear": integer("the year of it"),
    "creationOffset": string("its time zone, as in +02:00"),
    "width": integer("pixels, as a person sees the photo"),
    "height": integer("pixels, as a person sees the photo"),
    "fingerprint": string("another one where the file has changed"),
    "version": string("another one where its renders have changed; in URLs, getPhoto's parameter of that name"),
    "mimeType": string("the media type of the file"),
    "damaged": string("what is wrong with it, where all is shown that there is of it", enum=list(SENTENCES)),
}
GALLERY_FIELDS = {
    "sid": string("whoever has it sees the gallery"),
    "uid": string("whose it is"),
    "name": string("its name"),
    "description": string("what is said of it"),
    "count": integer("photos in it", minimum=0),
    "indexmarked": integer("the photo that stands for it"),
    "created": string("as in 2015-07-02 14:35:33"),
    "expires": string("likewise, or never"),
}
PAIR = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
ITEMS: dict[str, Described] = {
    "photoids": {"type": "string"},
    "ranges": PAIR | {"description": "a first place and a number of photos of the view"},
}
JSON_TYPES = {int: "integer", str: "string", bool: "boolean", list: "array"}

SCHEMAS: dict[str, Described] = {
    "Problem": obj(
        {
            "type": string("about:blank"),
            "title": string("of the status"),
            "status": integer("as the answer's"),
            "detail": string("a sentence"),
        }
    ),
    "Photo": obj(PHOTO_FIELDS, optional=tuple(name for name in PHOTO_FIELDS if name != "photoID")),
    "Gallery": obj(GALLERY_FIELDS | {"photos": array(ref("Photo"))}, optional=("photos",)),
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
            "sid": nullable(string("a shared gallery")),
            "vid": nullable(integer("a view of the session")),
            "photoids": nullable(array({"type": "string"}, "photo ids")),
            "first": nullable(integer("the first place in it, from 0", minimum=0, default=0)),
            "count": nullable(integer("how many photos from there on", minimum=1, default=COUNT)),
            "sizes": array(
                {
                    "type": "object",
                    "description": "As getPhoto takes it: width, height or both.",
                    "properties": {
                        "width": nullable(integer("pixels", minimum=1)),
                        "height": nullable(integer("pixels", minimum=1)),
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
    "Prefetched": obj(
        {
            "cached": integer("renders that are there", minimum=0),
            "queued": integer("renders that are under way, in whatever queue", minimum=0),
            "refused": integer("renders for which the queue has no room, or of photos that can't be shown", minimum=0),
        }
    ),
    **PAGE_SCHEMAS,
    **PEOPLE_SCHEMAS,
    **JOB_SCHEMAS,
    "Readiness": obj(
        {"ready": boolean("whether all works"), "parts": {"type": "object", "additionalProperties": {"type": "string"}}}
    ),
}
