"""One turn: what a text, a call, silence or a due check-in leads to."""
