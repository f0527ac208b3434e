"""`python -m cli COMMAND`: every group of commands is imported here."""

from cli import (  # noqa: F401  each adds its commands
    audit_commands,
    check_commands,
    demo_commands,
    identity_commands,
    init_commands,
    load_commands,
    mcp_commands,
    message_commands,
    nightly_commands,
    operation_commands,
    privacy_commands,
    review_commands,
    user_commands,
)
from cli.entry import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="python -m cli")
