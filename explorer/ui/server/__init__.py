"""What stands between the network and the pages: connections, who asks, what is refused, and at what rate.

connections   the sockets: how many, how long idle, how large a message
clients       whose request it is: address, scheme and host, behind trusted proxies too
hosts         the names that this server answers to
requests      which routes there are, and how large a request may be
rate_limits   how often a visitor and an address may ask
refusals      an answer that is a status and a sentence
settings      the settings of the environment, judged before the start
messages      what is taken out of what Streamlit sends
edge          the middleware that applies all of it before Streamlit sees a request
"""
