"""Commands that learn: ``train``, ``relate``, ``learn``, ``evaluate``."""

import argparse
from typing import Any

from chainmatch.cli.output import Steps
from chainmatch.cli.parsing import chains_option, command, profile_option


def add(commands: Any) -> None:
    """Tell the parser of ``train``, ``relate``, ``learn`` and ``evaluate``."""
    train = command(
        commands,
        "train",
        _train,
        "从自己的企业登记数据重新学得全部数字",
        "代替自带的数字（它们来自 CC BY-NC-SA 4.0 的样本，不得用于商业目的）。"
        "结果文件夹用 --learned 或环境变量 CHAINMATCH_LEARNED 指明。",
    )
    train.add_argument(
        "registry", metavar="登记数据", help="parquet、csv 或 xlsx，带经营范围，最好带所在地区"
    )
    train.add_argument(
        "--labels", metavar="文件", help="已知产业链的企业：csv，每条链一列，填 1、0 或留空"
    )
    train.add_argument("--out", required=True, metavar="文件夹", help="结果文件夹，须为空")
    train.add_argument("--quiet", action="store_true", help="不显示进度和摘要")
    chains_option(train)
    relate = command(
        commands,
        "relate",
        _relate,
        "从企业登记数据学习哪些环节常在同一地方并存",
        "结果写入一个小文件，供缺口分析使用；需要带所在地区的大批企业。",
    )
    relate.add_argument("registry", metavar="登记数据", help="parquet、csv 或 xlsx，带所在地区")
    relate.add_argument("--out", required=True, metavar="文件", help="结果文件：.json")
    relate.add_argument("--quiet", action="store_true", help="不显示进度和摘要")
    chains_option(relate)
    learn = command(
        commands,
        "learn",
        _learn,
        "从走访结果改进权重",
        "读取填好“结果”列（签约、在谈、拒绝、未联系）的清单，提出新的权重，写成新的县情配置。",
    )
    learn.add_argument("returned", nargs="+", metavar="交回的清单", help="xlsx 或 csv，可以多份")
    profile_option(learn)
    learn.add_argument("--out", required=True, metavar="文件", help="新的县情配置：.yaml")
    evaluate = command(
        commands,
        "evaluate",
        _evaluate,
        "用走访结果检验清单排得好不好",
        "读取填好“结果”列的清单，与“按注册资本从大到小走访”比较。",
    )
    evaluate.add_argument("returned", nargs="+", metavar="交回的清单", help="xlsx 或 csv，可以多份")


def _train(arguments: argparse.Namespace) -> None:
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


def _relate(arguments: argparse.Namespace) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.decision.relate import learn, presence
    from chainmatch.decision.relatedness import write_relatedness
    from chainmatch.report.files import write_text

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


def _learn(arguments: argparse.Namespace) -> None:
    from chainmatch.decision.learning import learn_weights, lesson_text, read_returned, with_weights
    from chainmatch.profile import profile_text, read_profile
    from chainmatch.report.files import write_text

    old = read_profile(arguments.profile).weights
    lesson = learn_weights(read_returned(arguments.returned), old)
    print(lesson_text(lesson, old))
    if not lesson.better:
        print("新权重没有比原权重排得更好，未写出；请继续使用原来的县情配置。")
        return
    write_text(with_weights(profile_text(arguments.profile), lesson.weights), arguments.out)
    print(f"已写出 {arguments.out}，除权重外与原配置相同；采用前请主管人员过目。")


def _evaluate(arguments: argparse.Namespace) -> None:
    from chainmatch.decision.learning import evaluate, evaluation_text, read_returned

    returned = read_returned(arguments.returned)
    print(evaluation_text(evaluate(returned), returned))
