"""An organisation's export to a file by its own admins: the page, and the process that writes."""
