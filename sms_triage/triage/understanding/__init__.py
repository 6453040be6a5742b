"""Text to meaning: words, answers, alarms, the one-SMS shorthand."""
