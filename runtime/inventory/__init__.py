"""What a tenant has: sites, nodes, links and services, and tables to look things up in."""
