"""Reading what departments hand over: files, workbooks and tables of other databases, row by row as they were given."""
