"""Where blocks are published, curated and offered on."""
