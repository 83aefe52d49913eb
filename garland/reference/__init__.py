"""The interface for programs, written from the code: its OpenAPI document, schemas and page."""
