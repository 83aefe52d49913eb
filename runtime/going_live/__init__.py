"""What goes live: who had a hand in it, who has to say yes, and requests to publish."""
