"""Where runs live. A folder imports only what stands above it here, and so does a file within each (`make lint`).

jobs/       what workers run, by name
storage/    what is kept, in SQL, and what is deleted
cluster/    the processes that work is sent to
questions/  what is asked of workers beside training
engine/     the owner of all runs: it sends chunks, and keeps what they bring
"""
