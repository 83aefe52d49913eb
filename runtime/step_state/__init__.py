"""What steps keep from run to run."""
