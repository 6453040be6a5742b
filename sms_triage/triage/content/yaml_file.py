"""Reading the project's YAML, in which ``yes`` and ``no`` are words.

YAML 1.1 (PyYAML) reads a bare ``yes``, ``no``, ``on`` or ``off`` as a boolean; here they are values and keywords.
Only ``true`` and ``false`` are booleans, as in YAML 1.2.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from sms_triage.triage.content.errors import ContentError


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A key that stands twice is an error: one of the two would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: Path) -> Any:
    """The document in `path`. Raises :class:`ContentError` if it cannot be read or is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - built on the safe loader
    except OSError as error:
        raise ContentError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path} is not UTF-8 text") from error
    except yaml.YAMLError as error:
        raise ContentError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
