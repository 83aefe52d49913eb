"""The pages and REST of who writes announcements, and the rounds that let them reach people."""
