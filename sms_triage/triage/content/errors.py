"""What can be wrong with content, menus and vignettes: always somebody's to mend, told in one line."""


class ContentError(Exception):
    """The content, a menu or a vignette is missing, malformed or contradicts itself; the message says where."""
