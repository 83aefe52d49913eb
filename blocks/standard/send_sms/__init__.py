"""The block garland.send-sms."""
