"""What can be wrong with content, menus and vignettes: always somebody's to mend, told in one line."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

NEAR = 0.6
"""How alike (0 to 1) a name must be to be the one that was meant."""


class ContentError(Exception):
    """The content, a menu or a vignette is missing, malformed or contradicts itself; the message says where."""


def nearest(name: str, names: Iterable[str]) -> str:
    """What to say after naming something that does not exist: the name that may be meant, if one is near."""
    found = process.extractOne(name, list(names), scorer=OSA.normalized_similarity, score_cutoff=NEAR)
    return f", did you mean {found[0]!r}?" if found else ""
