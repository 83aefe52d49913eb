"""Expressions (CEL): conditions and mappings of data, for workflows and for sources alike."""
