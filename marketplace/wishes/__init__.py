"""What customers wish for of blocks: asked of their provider, counted, and answered."""
