"""The marketplace in a folder: exported, mirrored where there is no network, and back."""
