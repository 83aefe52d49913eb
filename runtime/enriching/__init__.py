"""What the inventory knows of an alarm's object, put into the alarm itself."""
