"""SMS triage for bleeding after sex: numbered questions in, safe plain advice out, on any phone."""
