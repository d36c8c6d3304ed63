"""The owner of all runs: whose chunk goes to which worker, what comes back, and what pages read of it.

In the order to read it:

event_loop      the one thread that owns the state of runs
store_writer    writes to the database in order, and tries again while it cannot be used
subscribers     who watches which run
snapshot        what pages read, without waiting for anything
scheduler       which run's chunk goes to which worker next
runs, run_commands the runs in hand, and what an owner can have done with them
worker_pool     who is up, full or silent, and who is replaced
cluster_monitor starts the cluster, looks at it, and ends it
chunks          sends chunks, and takes over what comes back
precompiler     compiles ahead what pages rest on
views           makes the snapshot
engine, engine_core all of it together: train, pause, step, stop, and how a run stands
"""
