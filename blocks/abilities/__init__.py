"""What stands behind `ctx`: each ability checks the block's permission, then asks the services.

One set of these lives for one attempt of one step; what they share, and gather, is its `Attempt`.
"""
