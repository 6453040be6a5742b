"""The server-side scripts: each is one atomic step. Their KEYS and ARGV are documented at the top of each file."""

from importlib import resources


def script(name: str) -> str:
    """The text of a script, by its file name without ``.lua``."""
    return (resources.files(__package__) / f"{name}.lua").read_text(encoding="utf-8")
