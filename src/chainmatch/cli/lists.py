"""Commands on lists of firms: ``rank``, ``match``, ``gaps``, ``link``, ``leads``, ``find``, …"""

from argparse import Namespace
from pathlib import Path

from chainmatch.cli.engines import Steps, way_through
from chainmatch.cli.parsing import lists_of, read_mapping, sample_or
from chainmatch.errors import OptionError


def rank(arguments: Namespace) -> None:
    """From the lists to all result files."""
    from chainmatch.pipeline.rank import STEPS, rank_files

    given = {name: getattr(arguments, name) for name in ("targets", "local", "leads")}
    lists = sample_or(arguments, **given)
    if not lists["targets"] or not lists["local"]:
        raise OptionError("请给出目标企业名单和 --local 本地企业名单，或用 --sample 试运行。")
    with way_through(lists["targets"], arguments, STEPS) as way:
        run = rank_files(
            **lists, out=arguments.out, profile=arguments.profile, top=arguments.top,
            progress=way.step, engine=way.engine, **lists_of(arguments),
        )  # fmt: skip
    if not arguments.quiet:
        from chainmatch.report.console import summary

        print(summary(run, Path(arguments.out)))


def match(arguments: Namespace) -> None:
    """Which nodes the firms of a list stand at."""
    from chainmatch.pipeline.match import match_file

    with way_through(arguments.firms, arguments, 3) as way:
        said = match_file(
            arguments.firms, arguments.out, by=arguments.by, top=arguments.top,
            progress=way.step, engine=way.engine, **lists_of(arguments),
        )  # fmt: skip
    _say_read(*said, arguments)


def gaps(arguments: Namespace) -> None:
    """The gaps of a county."""
    from chainmatch.pipeline.county import gaps_file
    from chainmatch.schema.words import WAYS

    with Steps(4, arguments.quiet) as step:
        found = gaps_file(
            arguments.local, arguments.out, targets=arguments.targets, profile=arguments.profile,
            progress=step, **lists_of(arguments),
        )  # fmt: skip
    if arguments.quiet:
        return
    wanted = found.loc[found["kind"].ne(""), "way"].value_counts()
    told = "、".join(f"{title} {wanted.get(way, 0)} 个" for way, title in WAYS.items())
    print(f"{len(found)} 个环节，其中缺口：{told}。已写出 {arguments.out}")
    if arguments.targets is None:
        print(
            "没有给 --targets：不知道有没有企业可招，“招商资源”未知，缺口得分只看其余各项；"
            "rank 看过目标企业，得分因此不同。给出同一份目标企业名单，两处数字就相同。"
        )


def link(arguments: Namespace) -> None:
    """Which firms of two lists are one; the duplicates of one list."""
    from chainmatch.pipeline.link import link_file

    with way_through(arguments.left, arguments, 3, cut=bool(arguments.right)) as way:
        said = link_file(
            arguments.left, arguments.right, arguments.out, mapping=read_mapping(arguments.map),
            plain=arguments.plain, progress=way.step, engine=way.engine,
        )  # fmt: skip
    _say_read(*said, arguments)


def leads(arguments: Namespace) -> None:
    """Partners for leads."""
    from chainmatch.pipeline.county import leads_file

    with Steps(4, arguments.quiet) as step:
        found = leads_file(
            arguments.leads, arguments.targets, arguments.local, arguments.out,
            one_to_one=arguments.assign, profile=arguments.profile, progress=step,
            **lists_of(arguments),
        )  # fmt: skip
    if not arguments.quiet:
        named = found.loc[found["partner_kind"].ne(""), "lead_id"].nunique()
        print(
            f"{found['lead_id'].nunique()} 条线索，{named} 条有对象，共 {len(found)} 行。"
            f"已写出 {arguments.out}"
        )


def find(arguments: Namespace) -> None:
    """A firm by any form of its name."""
    from chainmatch.identity.search import find
    from chainmatch.report.console import table
    from chainmatch.tables import read_firms

    firms = read_firms(arguments.source, mapping=read_mapping(arguments.map)).table
    found = find(arguments.text, firms, limit=arguments.top)
    print(table(found) if len(found) else f"没有找到与“{arguments.text}”相近的企业。")


def check(arguments: Namespace) -> None:
    """How a list would be read."""
    from chainmatch.pipeline.check import check

    with way_through(arguments.file, arguments, 0) as way:
        text = check(arguments.file, mapping=read_mapping(arguments.map), engine=way.engine)
    print(text)


def _say_read(firms: int, rejects: int, path: Path | None, arguments: Namespace) -> None:
    """Say how many rows were read, how many could not be, and where those stand."""
    if arguments.quiet:
        return
    text = f"读入 {firms} 家，写出 {Path(arguments.out)}"
    if path:
        text += f"；{rejects} 行无法读取，原因见 {path}"
    print(text)
