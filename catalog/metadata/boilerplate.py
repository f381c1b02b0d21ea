"""What cameras, phones and programs write into descriptions and titles by themselves: no words of anybody's. Pure.

Sources: the tags of real cameras' photos, and what other keepers of photos pass over: KPhotoAlbum (commentsToStrip),
iNaturalist (BRANDED_DESCRIPTIONS), PhotoPrism (UnwantedDescriptions).
"""

import re

MAKERS = (
    "acer|agfa(?:photo)?|aiptek|benq|canon|casio|concord|eastman|epson|fuji(?:film)?|general imaging|genius|hp|jenoptik"
    "|kodak|konica|kyocera|leica|lg|medion|minolta|moultrie|nikon|olympus|panasonic|pentax|polaroid|praktica|premier"
    "|ricoh|rollei|samsung|sanyo|sigma|sony|toshiba|traveler|vivitar"
)

FLAGS = re.IGNORECASE | re.DOTALL
_WHOLE = "|".join(
    (
        # OLYMPUS DIGITAL CAMERA, KODAK Digital Still Camera, MOULTRIE DIGITAL GAME CAMERA
        rf"(?:(?:{MAKERS})[ .,]*)*digital (?:still |game |video |trail )?cameras?",
        # SONY DSC, Minolta DSC
        r"(?:sony|konica minolta|minolta) ?ds(?:c|lr)",
        r"samsung(?: camera pictures| techwin(?: co\.?, ?ltd\.?)?)?",
        r"casio computer co\.?, ?ltd\.?|olympus (?:imaging corp\.?|optical co\.?, ?ltd\.?)",
        # <KENOX S1050 / Samsung S1050>, <Digimax i5, Samsung #1>
        r"<[^<>]*(?:samsung|digimax|kenox)[^<>]*>",
        # DCIM\100MEDIA\DJI_0012.JPG: where it was on the card
        r"(?:[a-z]:)?[\\/]?dcim(?:[\\/].*)?",
        # of programs
        r"created (?:with|by) (?:the )?(?:gimp|imlib|paint\.?net|digital imaging)[^\n]*",
        r"file written by adobe photoshop.*|lead technologies.*|creator: gd-jpeg.*|handmade software, inc\..*",
        r"(?:acd systems digital imaging|intel\(r\) jpeg library.*|optimized by jpegmini.*|applemark|iclarified)",
        r"exif[_ ]jpeg[_ ](?:picture|t?422|420)|dvc 10\.1 hdmi|charset=ascii|charset=\"?ascii\"?",
        r"default|x-default|untitled|binary comment|user ?comments?|image ?description|description|xp ?comment",
        # of phones: OPPO, vivo, and settings as JSON
        r"(?:oppo|oplus|realme)_\d+|(?:hw-remosaic|multi-frame|brp_mask|filter|modeinfo|scenemode): ?[^;]*;.*",
        r"\{\s*\"[\w.\- ]+\"\s*:.*\}",
        r"[\s!-/:-@\[-`{-~]+",  # rulers, dots, question marks
    )
)

# How Huawei's phones took the picture; words that people write too, so of these phones alone.
_HUAWEI = (
    r"[a-z]{0,3}(?:oznor|nor|hdr\w*|bt[fr]\w*|fbt\w*|rbt\w*|mde\w*|dav|edf|cof|qrf|rpt|ptr|mon|burst|frem|fshbty"
    r"|frontbhdp|sdr_hdrb|rhdr)(?:wo)?"
)
HUAWEI = ("huawei", "honor")
LONGEST = 500  # characters of such a text


def without(text: str, make: str = "") -> str:
    """A description or a title, empty where a camera of that make, or a program, has written it by itself."""
    if not text or len(text) > LONGEST:
        return text
    if _is(text, _WHOLE) or (make.lower().startswith(HUAWEI) and _is(text, _HUAWEI)):
        return ""
    return text


def _is(text: str, pattern: str) -> bool:
    # `re` keeps what it has made, when it is first asked for: no command waits for it that reads no photo.
    return re.fullmatch(pattern, text, FLAGS) is not None
