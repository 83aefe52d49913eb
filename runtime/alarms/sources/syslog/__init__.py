"""Syslog: messages of RFC 5424, RFC 3164 and routers' own, made alarms by a source's rules."""
