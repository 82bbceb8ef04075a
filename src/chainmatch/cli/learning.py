"""Commands on figures and profiles: ``train``, ``relate``, ``learn``, ``evaluate``, ``profile``."""

from argparse import Namespace
from pathlib import Path

from chainmatch.cli.engines import Steps
from chainmatch.cli.parsing import read_mapping
from chainmatch.errors import OptionError


def train(arguments: Namespace) -> None:
    """All learned figures, from a registry of one's own."""
    from chainmatch.training.train import STEPS, train

    with Steps(STEPS, arguments.quiet) as step:
        trained = train(
            arguments.registry, arguments.out, arguments.labels,
            chains=arguments.chains, progress=step,
        )  # fmt: skip
    if arguments.quiet:
        return
    print(f"依据 {trained.firms:,} 家企业。")
    if trained.judged:
        print("产业链识别（按企业交叉验证的平均精度，1 为最好）：")
        for chain, precision in trained.judged.precision.items():
            print(f"  {chain}　{precision:.3f}")
        print(f"  校准误差　{trained.judged.calibration:.3f}")
    else:
        print("没有 --labels 标注，契合度用人工给定的权重。")
    if trained.related is None:
        print("登记数据中的城市不够，没有学习环节关联。")
    print(f"已写出 {arguments.out}；用 --learned {arguments.out} 即可使用。")


def relate(arguments: Namespace) -> None:
    """Which nodes stand together, learned from a registry."""
    from chainmatch.chains.graph import read_chains
    from chainmatch.decision.relate import learn, presence
    from chainmatch.decision.relatedness import write_relatedness
    from chainmatch.report.files import check_path, write_text

    check_path(arguments.out, ".json")
    graph = read_chains(arguments.chains)
    with Steps(2, arguments.quiet) as step:
        step("识别经营范围")
        firms = presence(arguments.registry, graph)
        step("学习环节关联")
        learned = learn(firms, graph)
    write_text(write_relatedness(learned.model), arguments.out)
    if not arguments.quiet:
        titles = {
            "popularity": "普遍程度",
            "kin": "并存关系",
            "neighbours": "上下游",
            "segment": "同细分链",
            "all": "四项合用",
        }
        print("隐去环节的找回率（按城市交叉验证的 AUC，0.5 为随机）：")
        for name, area in learned.held_out.items():
            print(f"  {titles[name]}　{area:.3f}")
        print(f"已写出 {arguments.out}；在县情配置里写 relatedness: {arguments.out} 即可使用。")


def learn(arguments: Namespace) -> None:
    """Weights learned from outcomes of visits."""
    from chainmatch.decision.learning import learn_weights, lesson_text, read_returned, with_weights
    from chainmatch.profile import profile_text, read_profile
    from chainmatch.report.files import check_path, write_text

    check_path(arguments.out, ".yaml", ".yml")
    old = read_profile(arguments.profile).weights
    lesson = learn_weights(read_returned(arguments.returned), old)
    print(lesson_text(lesson, old))
    if not lesson.better:
        print("新权重没有比原权重排得更好，未写出；请继续使用原来的县情配置。")
        return
    write_text(with_weights(profile_text(arguments.profile), lesson.weights), arguments.out)
    print(f"已写出 {arguments.out}，除权重外与原配置相同；采用前请主管人员过目。")


def evaluate(arguments: Namespace) -> None:
    """How well a list was ordered, by outcomes of visits."""
    from chainmatch.decision.learning import evaluate, evaluation_text, read_returned

    returned = read_returned(arguments.returned)
    print(evaluation_text(evaluate(returned), returned))


def new_profile(arguments: Namespace) -> None:
    """A profile to start from: drafted from a list, or an example."""
    from chainmatch.profile import example, profile_text
    from chainmatch.report.files import check_path, write_text

    out = arguments.out
    if out:
        check_path(out, ".yaml", ".yml")
    if arguments.local and arguments.example:
        raise OptionError("--local 与 --example 只能用一个：要么从名单起草，要么写出示例。")
    if out and Path(out).exists():
        raise OptionError(f"{out}：已有这个文件，为免覆盖没有写出；请换一个文件名。")
    if arguments.local:
        from chainmatch.pipeline.draft import draft_profile

        mapping = read_mapping(arguments.map)
        text = draft_profile(arguments.local, chains=arguments.chains, mapping=mapping)
    else:
        text = profile_text(example(arguments.example or "qinling"))
    if not out:
        print(text, end="")
        return
    write_text(text, out)
    print(f"已写出 {out}；按本县情况修改后，用 rank --profile {out} 运行。")
