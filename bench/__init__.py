"""What is measured, and not tested: `make bench`.

In the order to read it; whatever is compared is measured in turn, one of ours, one of theirs, and the medians count.

run              everything in one run: figures, pictures, docs/performance.md
numbers          medians, percentiles, exponents, geometric means
contestant       one process that trains an epoch whenever it is told to; started and spoken to through `contest`
contest          the other end of that: starts contestants and asks them
products         the matrix products that training needs, and the time that they alone take: the floor
sameness         how far the losses are from plain Keras on the same batches
race             every architecture against `model.fit`, Keras on JAX, and PyTorch
growth           time and memory as timesteps, units and samples grow, with the floor beside them
crowd            several runs at once on two workers
application      our application as a process
baseline         a page as one writes it with `model.fit`; `sites` knows where to look on it and on ours
watch            JavaScript that reads the browser's clock
page             both pages in Chromium, in turn
start            `make run` to painted shapes
watched          what an epoch costs more while a page looks into the net
estimates        how close `explorer.training.cost` comes
figures          the pictures in assets/
report, reach    the figures as Markdown, and the targets
"""
