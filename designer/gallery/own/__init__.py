"""An organisation keeps a workflow of its own as a template."""
