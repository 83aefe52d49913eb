"""Links that hold a key: the key leaves the address bar before a page is shown."""
