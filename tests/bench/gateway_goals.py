"""Figures beside their goals; the end says how many were met, and names the others."""


class Goals:
    def __init__(self):
        self.met, self.missed, self.unjudged = 0, [], []

    def beside(self, what, figure, most, shown="{:.2f}".format):
        """The goal in brackets, with a `!` where the figure is beyond it.

        what: names the figure for the end. shown: writes figure and goal.
        """
        if figure <= most:
            self.met += 1
            return f"({shown(most)})"
        self.missed.append(f"{what}: {shown(figure)} where {shown(most)} is the goal")
        return f"({shown(most)}!)"

    def unknown(self, what, most, why, shown="{:.2f}".format):
        """The goal with a `?`: the figure says nothing about it."""
        self.unjudged.append(f"{what}: not judged, {why}")
        return f"({shown(most)}?)"

    def told(self):
        lines = self.missed + self.unjudged
        return "\n".join([f"  goals: {self.met} met, {len(self.missed)} missed, {len(self.unjudged)} not judged"
                          f"{':' if lines else ''}", *(f"    {line}" for line in lines)])


def one_in(figure):
    """0.1111 as "1 / 9.0"."""
    return f"1 / {1 / figure:.1f}"
