"""The texts of the service's own that the code asks for, and what each turn fills in; their words stand in the YAML."""

from collections.abc import Mapping

NAMES = ("say", "complaint", "named", "matter")
"""What every text may name of its topic."""

TEXTS: Mapping[str, tuple[str, ...]] = {
    # Said of any talk
    "help": (), "stopped": (), "started_over": (), "nothing_before": (), "question_gone": (), "to_go_on": (),
    "apart": (), "unfinished": (),
    "danger_line": (), "taken_back": ("what",), "noted_words": ("what",),
    "hint_one": ("last",), "hint_several": ("last",), "hint_none": ("last",), "hint_unsure": (), "hint_again": (),
    "hint_severe": ("number",), "hint_picture": (), "hint_whose": (), "take_care": (),
    "neutral_check_in": (), "neutral_pin": (),
    # Said with a result and below it
    "after_result": ("options",), "after_result_short": ("options",), "more": ("more",), "that_is_all": (),
    "sent_by_sms": (), "delete": (), "so_far": (),
    # Questions that are only words
    "topic": (), "pin_ask": (), "find": (), "phone": (),
    # Said of check-ins and notes
    "offer": ("number",), "agreed": ("date",), "pin_wrong": (), "later": (), "closed": (), "seen": (), "it_stopped": (),
    "not_again": (), "not_yet": (), "noted": (),
    "diary": (), "diary_more": ("times",), "diary_empty": (), "deleted": (),
    # Said to health workers
    "refused": (), "patient_number": ("code",), "why": ("signs",), "acknowledge": ("number",), "acknowledged": (),
    "slip": ("code", "urgency", "signs", "chw", "date"), "outcome_noted": ("code", "outcome"),
    "no_patients": (), "none_due": (), "more_patients": (), "unknown_patient": ("code",), "did_you_mean": ("code",),
    "is_this": ("code",),
    "phone_noted": (), "phone_unclear": (), "joined": ("chw",), "join_help": (), "seen_help": (),
    "shorthand_unclear": ("part", "example"),
    "notify_outcome": ("code", "outcome", "chw"), "notify_died": ("code", "chw"), "notify_unanswered": ("code",),
    "notify_unacknowledged": ("chw", "code", "urgency"), "notify_weekly": ("list",),
    "stopped_at_work": (), "notify_stopped": ("chw",),
}  # fmt: skip
"""By name: what the turn fills in. Others the content names itself: what is said of a barrier, or after being seen."""

URGENCY = "urgency_"
"""What is said of a disposition in a few words, on a slip or in a list: a text for each, so named."""

USSD_ONLY = ("try_again", "page_back", "page_more")
"""Texts that there are on USSD alone."""
