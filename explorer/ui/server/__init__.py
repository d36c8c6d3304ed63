"""What stands between the network and the pages: connections, who asks, what is refused, and at what rate.

connections   the sockets: how many, how long idle, how large a message
clients       whose request it is: address, scheme and host, behind trusted proxies too
hosts         the names that this server answers to
requests      which routes there are, and how large a request may be
rate_limits   how often a visitor and an address may ask
refusals      an answer that is a status and a sentence
settings      the settings of the environment, judged before the start
messages      what is taken out of what Streamlit sends
cookies       the cookie that says whose run is whose; owner reads it for a page
headers       the headers of every answer
immutable_files  files that never change, given from memory before a request is judged in full
edge          the middleware that applies all of it before Streamlit sees a request
sockets, shutdown  small packets at once; the end of the server, told to its streams
room_hub, room_openers  who listens to which room here, and how many rooms an address has open
engine_instance  the one engine of the server, and its hub of rooms
"""
