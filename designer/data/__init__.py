"""Data for fields: the picker, what fields take from data, expressions checked and tried."""
