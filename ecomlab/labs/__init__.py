"""Labs: widget faces over pure functions, one module per section that has one."""
