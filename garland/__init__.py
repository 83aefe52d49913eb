"""The composition root: settings, processes and the web application put together."""
