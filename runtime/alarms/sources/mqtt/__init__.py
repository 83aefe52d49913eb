"""MQTT: what a broker hands on, made alarms."""
