"""Decision tables in a grid that is edited like a spreadsheet."""
