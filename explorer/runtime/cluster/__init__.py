"""The processes that work is sent to: embedded in the server, or a Dask cluster elsewhere.

In the order to read it:

worker_preload  what a worker imports and opens before its first job
encryption      the key that a cluster's processes know each other by
dask_settings   Dask's own settings, and why they are so
dask_internals  what Dask does not document: attributes of its nannies, futures and schedulers
cluster_settings how many workers there are, and where, without Dask
nodes           Dask's scheduler and worker, without the ports that are not needed
embedded        the cluster that runs in this process and its children
health          what workers use, and how long nobody has heard of them
futures         what comes back from workers
remote          somebody else's scheduler
cluster         the processes that chunks run in: embedded or remote
"""
