"""The pages of the shares of the vendor."""
