"""The alarm list as a working tool: saved views, actions on many, export, columns, trends."""
