"""Texts with names to fill in: ``{name}``, and parts in ``[square brackets]`` that go when their name is not set."""

import re
from collections.abc import Mapping

_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def placeholders(template: str) -> set[str]:
    """The names a template asks for."""
    return set(_PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with its names filled in; an optional part whose name is not set is left out.

    >>> fill("Go now[ or call {emergency_number}].", {"emergency_number": "112"})
    'Go now or call 112.'
    >>> fill("Go now[ or call {emergency_number}].", {})
    'Go now.'
    """

    def part(match: re.Match[str]) -> str:
        inner = match.group(1)
        return inner if placeholders(inner) <= values.keys() else ""

    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], _OPTIONAL.sub(part, template)).strip()


def shape(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names a template always asks for, and those it asks for in optional parts; a translation has the same.

    >>> shape("Go to {place}[ or call {number}].")
    (('place',), ('number',))
    """
    optional = _PLACEHOLDER.findall(" ".join(_OPTIONAL.findall(template)))
    always = _PLACEHOLDER.findall(_OPTIONAL.sub("", template))
    return tuple(sorted(set(always))), tuple(sorted(set(optional)))
