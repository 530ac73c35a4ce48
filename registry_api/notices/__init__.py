"""Notices (整改、约谈、下架、通报) with due dates in Chinese working days, and the lists of the conspicuous."""
