"""What a photo lacks whose file is damaged, and of which all is shown that there is: a word, and a sentence for people.

500 is for a file of which nothing can be shown.
"""

TRUNCATED = "truncated"
CORRUPT = "corrupt"

SENTENCES = {
    TRUNCATED: "The photo's file ends early: what there is of it is shown.",
    CORRUPT: "The photo's file holds what no photo has: it is shown as far as it can be read.",
}
"""By the word, of which there are no others."""

_NAME = "darkroom_damage"  # an attribute: into `info` some formats put what their files say


def mark(image: object, damage: str) -> None:
    """Notes that an image is not all that its file was to show. What is known already stays."""
    vars(image).setdefault(_NAME, damage)


def damage_of(image: object) -> str:
    """What was noted; empty where nothing was."""
    return str(vars(image).get(_NAME, ""))
