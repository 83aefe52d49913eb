"""What becomes of drafts between two saves: merged, told in words, compared, renamed, kept."""
