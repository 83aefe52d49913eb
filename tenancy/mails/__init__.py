"""Mails about people and organisations: written with what they tell of, sent by the scheduler."""
