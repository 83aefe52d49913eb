"""The pages of workflows as files: exports, and an import that is shown before it is done."""
