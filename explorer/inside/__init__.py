"""What one recurrent layer held for one sequence, as numbers without Keras, and what is said of them.

states     the numbers: states, gates, weights, what the layer read
follows    what each unit goes along with: the target, a feature of the input, time
terms      the equation of one unit at one timestep, term by term
words      numbers and units in words
said       what is said of the answer, the lines, and what is not drawn
answer     the types of what the page is given
equation   an equation as it is drawn, with the sentences beside it
matrices   the weights as small matrices, the columns of one unit outlined
panel      all of it together: what the page shows of one choice
"""
