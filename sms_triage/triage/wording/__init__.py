"""Meaning to text: everything said in one language over one channel."""
