"""Environments: organisations in which another one tries out what it puts live later."""
