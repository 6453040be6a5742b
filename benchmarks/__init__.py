"""Measurements, always beside something else run on the same machine in the same minute: `make bench`."""
