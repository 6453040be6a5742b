"""Redis, and every format of what is kept there."""
