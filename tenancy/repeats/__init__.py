"""Requests that are sent again under the same `Idempotency-Key`, and what they are answered."""
