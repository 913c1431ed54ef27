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


def run(command, environment):
    """Runs a program, a list of its words, or a shell line, and waits for it."""
    if isinstance(command, str):
        command = ["bash", "-c", command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        words = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # 2 is the status of a usage error, which is measured too.
    if child.returncode not in (0, 2):
        raise RuntimeError(f"{command}: status {child.returncode}: {words.decode()}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(wall, cpu, usage.ru_maxrss / 1024)


def quarters(values):
    """The first and the third quarter of the values."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def rounded(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


class Row:
    """What one contender took for one work, and what of ours divided by it was to be reached."""

    def __init__(self, work, who, unit, values, ours, limit):
        self.work, self.who, self.unit, self.values = work, who, unit, values
        self.median = statistics.median(values)
        self.low, self.high = quarters(values)
        self.is_ours = who == ME
        self.ratio = ours / self.median if not self.is_ours and self.median else None
        self.limit = limit
        self.key = (work, who, unit)

    def cells(self):
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        value = self.median if self.is_ours else self.ratio
        verdict = ""
        if self.limit is not None and value is not None:
            verdict = f"{'reached' if value <= self.limit else 'missed'} ≤ {self.limit:g}"
        return (self.work, self.who, rounded(self.median),
                f"{rounded(self.low)}–{rounded(self.high)}", self.unit, ratio, verdict)


class Table:
    """The rows, printed as they come, and as Markdown."""

    HEAD = ("work", "who", "median", "quarters", "unit", "ours ÷ theirs", "to reach")

    def __init__(self):
        self.rows = []

    def add(self, work, unit, figures, reach=None):
        """figures: {contender: [values]}, ours among them; reach: {contender: the most that ours
        divided by theirs may be}, or for ours the most that it may take."""
        ours = statistics.median(figures[ME])
        for who, values in figures.items():
            row = Row(work, who, unit, values, ours, (reach or {}).get(who))
            self.rows.append(row)
            print("{:38} {:20} {:>9} {:>17} {:7} {:>6}  {}".format(*row.cells()), flush=True)

    def markdown(self):
        lines = ["| " + " | ".join(self.HEAD) + " |",
                 "| --- | --- | ---: | ---: | --- | ---: | --- |"]
        rows = ([cell.replace("|", r"\|") for cell in row.cells()] for row in self.rows)
        return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows])

    def save(self, path):
        with open(path, "w") as file:
            json.dump([[r.key, r.low, r.median, r.high] for r in self.rows], file)

    def disagreements(self, path):
        """The rows whose quarters lie beside those of the run that was saved there."""
        if not os.path.exists(path):
            return None
        with open(path) as file:
            earlier = {tuple(key): figures for key, *figures in json.load(file)}
        apart = []
        for row in self.rows:
            if row.key not in earlier:
                continue
            low, median, high = earlier[row.key]
            if row.low > high or low > row.high:
                apart.append(f"{row.work}, {row.who}: {rounded(row.median)} {row.unit}, "
                             f"last time {rounded(median)}")
        return apart


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
            words.append(f"{who} {rounded(start)} {self.unit} and {rounded(each)} {self.unit} more "
                         f"for each of the {self.number}")
        return "On the nearest straight line it takes " + ", ".join(words) + "."

    def markdown(self, folder):
        contenders = list(self.points)
        numbers = sorted(self.points[ME])
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
