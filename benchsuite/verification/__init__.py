"""Verifying what somebody else measured: rules on records, searches and studies, and a sample that is trained again."""
