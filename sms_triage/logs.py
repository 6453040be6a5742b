"""Logging that names nobody: what went wrong and where in the code, never with whose number, answer or words.

An exception's own message may quote the data it stumbled over, so it is not logged; its type and place are.
"""

import logging
import sys
import traceback

_log = logging.getLogger("sms_triage")


def log_error(what: str, error: BaseException) -> None:
    """Logs that `what` failed: the error's type and the code it passed through, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-6:]))
    _log.error("%s: %s at %s", what, type(error).__name__, places or "?")


def log_warning(what: str) -> None:
    """Logs something that an operator should know, and that names nobody."""
    _log.warning(what)


def set_up_logs() -> None:
    """Logs to stderr, one line an event, for every process of the service."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    _log.setLevel(logging.INFO)
    for chatty in ("twilio.http_client", "urllib3", "werkzeug"):
        # These log addresses and bodies, which hold numbers and words.
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
