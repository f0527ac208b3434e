"""Goals: where they stand, setting and signing one."""
