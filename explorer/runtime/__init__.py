"""Where runs live: what workers run, the processes they run in, the database, and the engine that sends chunks and keeps
what they bring.
"""
