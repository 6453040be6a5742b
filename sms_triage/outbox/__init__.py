"""Messages waiting to leave, and the drainer that sends them."""
