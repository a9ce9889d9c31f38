"""The pure words of the CRM: what records there are, their fields, filters, money and errors.

Standard library only, no I/O; every other package may import this one, it imports none of them.
"""
