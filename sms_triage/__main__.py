"""``python -m sms_triage`` is the ``sms-triage`` command."""

from sms_triage.cli import main

main()
