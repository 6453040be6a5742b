"""The content as data: what the YAML says, read and checked."""
