"""What people keep for trials: pinned steps and recorded inputs; and the test panel of a step."""
