"""quality: bytes, PSNR and SSIM of every server's renders against a full decode and Lanczos, at several qualities.

Sizes are of the photo's own shape: where a square is cut out, servers differ by parts of a pixel, which is no loss.
"""

from collections.abc import Sequence

from bench.clients.sequential import Asker
from bench.data.library import MAX_SIDE, PHOTOS, Photo, copies, photos
from bench.measures.measure import BOXES, EMBEDDED, Plan
from bench.peers.darkroom import Darkroom
from bench.peers.ipx import Ipx
from bench.peers.nginx import ImageFilter
from bench.peers.peer import QUALITY, Peer, at_hand, running, scratch
from bench.peers.thumbor import Thumbor
from bench.reporting.results import Case, Measured, Row, Samples
from bench.tools.picture_quality import References, ssim
from bench.tools.turns import decibels
from workers.sizing import Size, output_size

QUALITIES = (60, 70, 80, 90)
assert QUALITY in QUALITIES  # noqa: S101 - what is compared at one quality is among them
TILE = "256 wide"


def measure(plan: Plan) -> Measured:
    """Rows of bytes and decibels, by photo, size and quality; SSIM at the quality of all measures. One sample each: the
    same request has the same answer."""
    peers, said = at_hand([Darkroom(EMBEDDED), Thumbor(), Ipx(), ImageFilter()])
    some, rows, taken = photos()[: plan.photos], list[Row](), 0
    with scratch() as folder, running(peers, copies(some, folder / "photos", 1), folder) as urls:
        askers = list(zip(peers, map(Asker, urls), strict=True))
        for photo in some:
            if not plan.goes_on():
                break
            references = References(PHOTOS / photo.name)
            if references.profiled:
                continue
            for name, size in _sizes(photo).items():
                rows += _size(askers, photo, name, size, references)
            taken += 1
            plan.say(f"{taken} photos")
    said.append(f"{taken} photos: as many as there was time for; none with a colour profile, which not all heed.")
    return Measured(rows, said)


def _sizes(photo: Photo) -> dict[str, Size]:
    found = {TILE: output_size(photo.size, 256, None, MAX_SIDE)}
    fitted = {name: photo.fitted(box) for name, box in BOXES.items() if box.width != box.height}
    return found | {name: size for name, size in fitted.items() if size}


def _size(
    askers: Sequence[tuple[Peer, Asker]], photo: Photo, name: str, size: Size, references: References
) -> list[Row]:
    rows = []
    for quality in QUALITIES:
        for peer, asker in askers:
            jpeg = asker.get(peer.url(f"0/{photo.name}", size, quality), size).jpeg
            reference = references.of(jpeg)
            found: Samples = {"bytes": [len(jpeg)], "dB": [round(decibels(jpeg, reference), 3)]}
            if quality == QUALITY:
                found["SSIM"] = [round(ssim(jpeg, reference), 5)]
            case: Case = {"photo": photo.name, "size": name, "quality": quality}
            rows.append(Row(peer.name, case, found))
    return rows
