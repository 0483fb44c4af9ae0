"""The simulated provider: Groq's, OpenAI's and Anthropic's protocols with scripted behaviour.

`script.py` says how a model id chooses the behaviour, `server.py` how to start it.
"""
