"""What takes too long for the suite: faults at random moments again and again, and people for hours.

`make soak-faults` and `make soak-people` run it; the names of the files keep them out of the suite.

runs       experiments that train through faults, what the calm run gives, and the comparison of the two
record     what every fault cost, as a table
processes  the server process that is killed, and the processes that belong to it
workers    a worker is killed or stopped
servers    a server is killed, or two share a database, or a scheduler is lost
disk       the database is locked, full, read-only or deleted
stream     a listener whose connection breaks every second
film       the film of the page is recorded
people     people who come, train, watch, paste and leave, and what memory that takes
"""
