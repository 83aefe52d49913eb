"""How alarms went: charts, and how much less came of them than was sent."""
