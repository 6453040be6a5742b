"""What webhooks and workers share: one message in, one atomic step, a drain woken."""
