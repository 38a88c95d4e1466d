"""Where apps are written and built: closed workspaces for code that nobody trusts.

`provider.py` is the protocol, `providers.py` picks one by the settings, `local.py` is bubblewrap on this machine,
`toolchain.py` is what an app is built with. The walls and what they don't promise: `docs/sandbox.md`.
"""
