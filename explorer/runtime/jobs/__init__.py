"""What workers run, by name, and what their TensorFlow is set to.

In the order to read it:

quiet           TensorFlow's messages kept from the terminal
worker_environment TensorFlow with the settings of a worker
jobs, replay_job, batch_job, walk_job, slow_job, gradient_job, inside_job, model_file_job what workers run, by name
"""
