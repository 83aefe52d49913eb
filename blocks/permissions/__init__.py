"""What each permission of a manifest gives to a step: a protocol each, and the values it deals in.

Authors import these from `blocks.sdk`; the host puts what is behind them (`blocks.abilities`) into
the context.
"""
