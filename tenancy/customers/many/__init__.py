"""Changes of many customers at once: asked for once, done in bites, undone where that can be."""
