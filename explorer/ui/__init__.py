"""The page: Streamlit scripts, the two components, and what the server answers beside them.

In the order to read it; a folder imports only what stands above it, and `make lint` holds it to that.

front_end/  what a browser is given: modules, styles, Streamlit's own files (streamlit_internals: what Streamlit does not
            document), text as it can be sent
server/     what stands between the network and the pages, and what there is once in a server: its engine, its rooms
state/      what the pages stand at, in the address and in a visitor's session
routes/     a run's news as events; its tensors, batches and gradients as JSON
frame/      what stands around every page: keys, hints, notices, Share, the bar of a room, the projector
model/      what a page shows of a model
run/        what a page shows of a run
lessons/    the page "Lessons", and the panel of a lesson
explore/    the page "Explore"
paste/      the pages "Paste" and "Find my error"
who/        the page "Who can?"
pages       the script that Streamlit runs: it knows all of them
"""
