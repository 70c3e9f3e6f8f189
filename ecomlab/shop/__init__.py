"""Lantern Market (灯市): a simulated shop whose truth is known."""
