"""What a new version of a block means for those who use an older one."""
