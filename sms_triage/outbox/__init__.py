"""Sending, and what is done to others: everything that waits beside a partition is drained by one drainer at a time.

An entry of an outbox stands in it until the provider has accepted it or it is given up. The drainer keeps people in
order, sends the most urgent person's messages first, many at once, never faster than the sender may, and notes each
attempt before it is made: after a crash, what was never attempted is sent, and what may have been accepted is first
looked up at the provider.
"""
