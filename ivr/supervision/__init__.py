"""Supervisors in agents' conversations and at agents' side: by a phone, and rung for the API."""
