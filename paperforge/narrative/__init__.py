"""What the paper says around the numbers: macros, findings, limitations, checklists, skeleton."""
