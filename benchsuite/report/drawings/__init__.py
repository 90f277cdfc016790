"""Everything that draws: figures of the page, and pictures of their own.

Each ``draw_`` function takes an Axes and returns it. matplotlib and seaborn are imported when something is drawn.
"""
