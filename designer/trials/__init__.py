"""Starting workflows by hand, with a form made from what they take; trying one step alone."""
