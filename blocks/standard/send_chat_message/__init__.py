"""The block garland.send-chat-message."""
