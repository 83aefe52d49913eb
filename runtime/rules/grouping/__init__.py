"""The action `correlate`: alarms put under the one that causes them, bounded by age and size."""
