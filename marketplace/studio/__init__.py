"""The publisher's studio: the pages by which an organisation brings its blocks to others."""
