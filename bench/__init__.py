"""How fast the portal is on this machine: `make bench`.

A real portal stands in front of the simulated provider, whose every token says when it was sent.
Clients in a process of their own start runs through the API and follow them over WebSockets, as
pages do. So the delay that the portal adds is known for every token, and whether each arrived.
"""
