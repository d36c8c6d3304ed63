"""What is kept, in SQL: runs and their frames, descriptions, rooms; and what is deleted, and when.

In the order to read it:

server_id       names this server, and tells whether another one still lives
database_errors what goes wrong with a database, as sentences
database_url    its address
database_file   the same where it is a file, without SQLAlchemy
database        connections, tables brought up to date, a deleted file put back
records, tables runs and frames as values, and as rows
room_rules, rooms people who look at the page together: codes and bounds, and who is there and what they answered
stored_tensors  what is kept of a run to show the net at any epoch: tensors, and states to train on from
descriptions    descriptions of models, kept for the next start
measurements    what was measured for the table “Who can?” beside what ships with it
store           runs and frames in SQL, and which server trains which run
retention       which runs are deleted, and when
quotas          how much one visitor may have going, and how much all together
"""
