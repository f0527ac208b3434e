"""Leads between Marketing and Sales: handoff, backlog, rejections, qualification."""
