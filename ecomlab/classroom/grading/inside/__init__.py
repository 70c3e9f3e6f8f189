"""The processes within the walls; nothing that they say is believed without a check."""
