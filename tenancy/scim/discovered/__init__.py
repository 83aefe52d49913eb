"""What SCIM tells of itself over HTTP, and how it answers."""
