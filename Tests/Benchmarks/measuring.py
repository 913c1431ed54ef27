"""Runs of programs, what they took, and the tables and plots made of it."""
import json
import os
import resource
import statistics
import subprocess
import time

ME = "sd tools"


class Run:
    """What one run of a shell line took: wall and CPU seconds, largest resident memory in MiB."""

    def __init__(self, wall, cpu, memory):
        self.wall, self.cpu, self.memory = wall, cpu, memory


def run(command, environment, start=None):
    """Runs a program, a list of its words, or a shell line, and waits for it.

    start: the program C/start.c, which measures the memory without what Python holds; and where it
    is to write the figure. Without it, memory is not measured."""
    if isinstance(command, str):
        command = ["bash", "-c", command]
    if start is not None:
        command = [*start, *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        words = child.stderr.read()
        child.wait()
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # 2 is the status of a usage error, which is measured too.
    if child.returncode not in (0, 2):
        raise RuntimeError(f"{command}: status {child.returncode}: {words.decode()}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    memory = None
    if start is not None:
        with open(start[1]) as file:
            memory = int(file.read()) / 1024
    return Run(wall, cpu, memory)


def rounded(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


class Spread:
    """What several runs gave: the median, the lowest and the highest, as they are printed."""

    def __init__(self, values, write=rounded):
        self.median = statistics.median(values)
        self.words = [write(value) for value in (min(values), self.median, max(values))]

    def text(self):
        return f"{self.words[0]}–{self.words[2]}"


class Row:
    """What one contender took for one work, and the target for ours divided by it.

    Runs of the same turn are divided by each other, so that a slow spell of the machine affects
    both.
    """

    def __init__(self, work, who, unit, values, ours, limit):
        self.work, self.who, self.unit, self.limit = work, who, unit, limit
        self.took = Spread(values)
        ratios = [a / b for a, b in zip(ours, values) if b] if who != ME and ours else []
        self.ratio = Spread(ratios, "{:.2f}".format) if ratios else None
        self.key = (work, who, unit)

    def verdict(self):
        judged = self.took if self.who == ME else self.ratio
        if self.limit is None or judged is None:
            return ""
        return f"{'reached' if judged.median <= self.limit else 'missed'} ≤ {self.limit:g}"

    def cells(self):
        ratio = ("", "") if self.ratio is None else (self.ratio.words[1], self.ratio.text())
        return (self.work, self.who, self.took.words[1], self.took.text(), self.unit, *ratio,
                self.verdict())


class Table:
    """The rows, printed as they come, and as Markdown."""

    HEAD = ("work", "who", "median", "all runs", "unit", "ours ÷ theirs", "all runs", "target")

    def __init__(self):
        self.rows = []
        self.judged = {}  # key of a row: its spread that another run is to agree with

    def add(self, work, unit, figures, reach=None, divide=True):
        """figures: {contender: [values]}, ours among them, the n-th of each measured side by side;
        reach: {contender: the most that ours divided by theirs may be}, or for ours the most that
        it may take; divide: whether ours are divided by theirs."""
        rows = [Row(work, who, unit, values, figures[ME] if divide else None,
                    (reach or {}).get(who)) for who, values in figures.items()]
        self.rows += rows
        has_ratios = any(row.ratio for row in rows)
        for row in rows:
            # Where ours is divided by others, it is judged in their rows.
            spread = row.ratio if has_ratios else row.took
            if spread is not None:
                self.judged[row.key] = spread
            print("{:38} {:20} {:>9} {:>17} {:7} {:>6} {:>11}  {}".format(*row.cells()), flush=True)

    def markdown(self):
        lines = ["| " + " | ".join(self.HEAD) + " |",
                 "| --- | --- | ---: | ---: | --- | ---: | ---: | --- |"]
        rows = ([cell.replace("|", r"\|") for cell in row.cells()] for row in self.rows)
        return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows])

    def verdicts(self):
        """{row's key: whether the target was reached}."""
        return {row.key: row.verdict().split()[0] for row in self.rows if row.verdict()}

    def save(self, path):
        """Keeps the spreads and verdicts, and those that stand there of works that were not
        measured now."""
        spreads, verdicts = load(path)
        spreads.update((key, spread.words) for key, spread in self.judged.items())
        verdicts.update(self.verdicts())
        with open(path, "w") as file:
            json.dump([list(spreads.items()), list(verdicts.items())], file)

    def compare(self, path):
        """How many spreads stand in the run that was saved there as well; those of them that lie
        beside the one there; and the targets that were reached in one of the two only."""
        spreads, verdicts = load(path)
        both = [key for key in self.judged if key in spreads]
        apart = []
        for key in both:
            now, then = self.judged[key].words, spreads[key]
            if float(now[0]) > float(then[2]) or float(then[0]) > float(now[2]):
                apart.append(f"{', '.join(key)}: {now[1]} ({now[0]}–{now[2]}), "
                             f"last time {then[1]} ({then[0]}–{then[2]})")
        changed = [f"{', '.join(key)}: {verdict}, last time {verdicts[key]}"
                   for key, verdict in self.verdicts().items()
                   if verdicts.get(key, verdict) != verdict]
        return len(both), apart, changed


def load(path):
    """{row's key: the words of its spread} of the run that was saved there, and its verdicts."""
    if not os.path.exists(path):
        return {}, {}
    with open(path) as file:
        spreads, verdicts = json.load(file)
    return ({tuple(key): words for key, words in spreads},
            {tuple(key): verdict for key, verdict in verdicts})


class Growth:
    """How a cost grows with a number: a table, a plot, and a sentence."""

    def __init__(self, name, title, number, unit):
        self.name, self.title, self.number, self.unit = name, title, number, unit
        self.points = {}  # contender: {number: median}

    def add(self, who, number, values):
        self.points.setdefault(who, {})[number] = statistics.median(values)
        print("{:38} {:20} {:>9} {:>17} {:7}".format(
            self.title, who, rounded(statistics.median(values)), f"{self.number}: {number}",
            self.unit), flush=True)

    def line(self, who):
        """What it costs at none and for each more, fitted so that small numbers count as much as
        large ones: the sum of squared relative errors is least."""
        points = [(n, cost, 1 / cost ** 2) for n, cost in self.points[who].items() if cost > 0]
        w = sum(p[2] for p in points)
        mean_n = sum(p[0] * p[2] for p in points) / w
        mean_cost = sum(p[1] * p[2] for p in points) / w
        spread = sum(p[2] * (p[0] - mean_n) ** 2 for p in points)
        slope = sum(p[2] * (p[0] - mean_n) * (p[1] - mean_cost) for p in points) / spread
        return mean_cost - slope * mean_n, slope

    def sentence(self):
        words = []
        for who in self.points:
            start, each = self.line(who)
            words.append(f"{who} {rounded(start)} {self.unit} and {rounded(each)} {self.unit} per "
                         f"{self.number.removesuffix('s')}")
        return "Fitted line: " + "; ".join(words) + "."

    def markdown(self, folder):
        contenders = list(self.points)
        numbers = sorted(self.points[contenders[0]])
        lines = [f"### {self.title}", "",
                 f"| {self.number} | " + " | ".join(f"{who}, {self.unit}" for who in contenders)
                 + " |", "| ---: |" + " ---: |" * len(contenders)]
        for number in numbers:
            cells = [rounded(self.points[who][number]) if number in self.points[who] else ""
                     for who in contenders]
            lines.append(f"| {number:g} | " + " | ".join(cells) + " |")
        return "\n".join(lines + ["", f"![{self.title}]({folder}/{self.name}.svg)", "",
                                  self.sentence(), ""])

    def plot(self, folder):
        """Draws it with gnuplot, both axes logarithmic."""
        os.makedirs(folder, exist_ok=True)
        contenders = list(self.points)
        blocks = "".join(
            f"$d{i} << EOD\n" + "".join(f"{n} {v}\n" for n, v in sorted(self.points[who].items()))
            + "EOD\n" for i, who in enumerate(contenders))
        lines = ", ".join(f'$d{i} with linespoints lw 2 pt {5 + 2 * i} title "{who}"'
                          for i, who in enumerate(contenders))
        script = (f'{blocks}set terminal svg size 640,400 noenhanced background rgb "white"\n'
                  f'set output "{folder}/{self.name}.svg"\nset logscale xy\nset grid\n'
                  f'set key left top\nset xlabel "{self.number}"\nset ylabel "{self.unit}"\n'
                  f"plot {lines}\n")
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
