"""What people do with workflows as a whole: versions, copies, removal, one step tried alone."""
