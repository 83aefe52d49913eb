"""The pages on which an organisation sets its identity providers up."""
