"""Parts of workflows on the system's clipboard: checked here before they are pasted."""
