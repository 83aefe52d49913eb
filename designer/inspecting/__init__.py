"""The inspector: the form of the selected node, of several, or of the workflow itself."""
