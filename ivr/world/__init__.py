"""What call trees reach beyond the call: services, numbers, announcements, what is remembered."""
