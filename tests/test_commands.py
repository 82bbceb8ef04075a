"""What holds of every command: help, results that are refused in time, completion at the prompt."""

import shutil
import subprocess

import pytest

from chainmatch.cli import main, parser
from chainmatch.cli.completion import levels

LEVELS = {level.command: level for level in levels(parser())}
BASH, FISH = shutil.which("bash"), shutil.which("fish")


def said(capsys, *argv):
    """Exit code and what was printed on both streams."""
    try:
        code = main([*map(str, argv)])
    except SystemExit as end:
        code = end.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("command", ["", "chains", "profile"])
def test_a_command_that_lacks_its_word_shows_its_help(capsys, command):
    code, out, err = said(capsys, *command.split())
    assert (code, err) == (0, "")
    assert out.startswith(f"用法：chainmatch {command}".rstrip()) and "--help" in out
    assert all(name in out for name in LEVELS[command].commands)


NOWHERE = {  # with lists that no one can read: the result is looked at first
    "rank": ["rank", "none.csv", "--local", "none.csv"],
    "match": ["match", "none.csv"],
    "gaps": ["gaps", "none.csv"],
    "link": ["link", "none.csv"],
    "leads": ["leads", "none.csv", "--targets", "none.csv", "--local", "none.csv"],
    "brief": ["brief", "某公司", "--run", "none"],
    "whatif": ["whatif", "某公司", "--run", "none"],
    "train": ["train", "none.csv"],
    "relate": ["relate", "none.csv"],
    "learn": ["learn", "none.csv"],
    "profile new": ["profile", "new", "--local", "none.csv"],
    "chains draw": ["chains", "draw", "没有"],
    "chains export": ["chains", "export", "none", "--format", "xlsx"],
    "chains import": ["chains", "import", "none.xlsx"],
}


def test_every_command_that_writes_is_tried_here():
    assert NOWHERE.keys() == {name for name, level in LEVELS.items() if "--out" in level.options}


@pytest.mark.parametrize("command", NOWHERE)
def test_a_result_that_cannot_be_written_is_refused_before_the_work(
    capsys, monkeypatch, tmp_path, command
):
    (tmp_path / "file").write_text("x")
    (tmp_path / "none.csv").write_text("甲,乙\n1,2\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for out in (tmp_path / "file", tmp_path / "file" / "x.csv"):
        code, printed, err = said(capsys, *NOWHERE[command], "--out", out)
        assert (code, printed, err.count("\n")) == (2, "", 1), err
        assert str(tmp_path / "file") in err and "none" not in err and "没有“" not in err
    assert (tmp_path / "file").read_text() == "x"


def test_a_list_is_not_replaced_by_its_result(capsys, tmp_path):
    path = tmp_path / "企业.csv"
    path.write_text("企业名称,经营范围\n青坪茶业有限公司,茶叶加工\n", "utf-8")
    before = path.read_bytes()
    for argv in (
        ["match", path],
        ["gaps", path],
        ["link", path],
        ["gaps", path, "--targets", path],
    ):
        code, _, err = said(capsys, *argv, "--out", tmp_path / "." / "企业.csv")
        assert code == 2 and "为免覆盖没有运行" in err
    assert path.read_bytes() == before


def test_gaps_says_what_it_wrote_and_why_its_figures_are_not_those_of_rank(capsys, tmp_path):
    path = tmp_path / "企业.csv"
    path.write_text("企业名称,经营范围\n青坪茶业有限公司,茶叶加工\n", "utf-8")
    code, out, _ = said(capsys, "gaps", path, "--out", tmp_path / "g.csv")
    assert code == 0 and f"已写出 {tmp_path / 'g.csv'}" in out and "没有给 --targets" in out
    code, out, _ = said(capsys, "gaps", path, "--targets", path, "--out", tmp_path / "h.csv")
    assert code == 0 and "可招" in out and "没有给 --targets" not in out
    code, out, _ = said(capsys, "gaps", path, "--quiet", "--out", tmp_path / "i.csv")
    assert (code, out) == (0, "")


# --- completion ----------------------------------------------------------------------------------

ASKED = [
    (["ch"], {"chains", "check"}),
    (["rank", "--l"], {"--learned", "--leads", "--local"}),
    (["chains", "d"], {"draw"}),
    (["chains", "draw", "--o"], {"--out"}),
    (["match", "--by", ""], {"node", "chain"}),
    (["completion", "z"], {"zsh"}),
    (["match", "rank.csv", "--b"], {"--by"}),
    (["nothing", "--l"], set()),
]


@pytest.mark.skipif(BASH is None, reason="no bash on this machine")
@pytest.mark.parametrize(("words", "expected"), ASKED)
def test_bash_completes(capsys, words, expected):
    _, script, _ = said(capsys, "completion", "bash")
    ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _chainmatch; echo "${COMPREPLY[*]}"'
    run = [BASH, "-c", f"{script}\n{ask}", "bash", "chainmatch", *words]
    found = subprocess.run(run, capture_output=True, text=True, check=True)
    assert (set(found.stdout.split()), found.stderr) == (expected, "")


@pytest.mark.skipif(FISH is None, reason="no fish on this machine")
@pytest.mark.parametrize(("words", "expected"), ASKED[:-1])
def test_fish_completes(capsys, tmp_path, words, expected):
    _, script, _ = said(capsys, "completion", "fish")
    (tmp_path / "c.fish").write_text(script, "utf-8")
    ask = f"source {tmp_path / 'c.fish'}; complete -C 'chainmatch {' '.join(words)}'"
    found = subprocess.run(
        [FISH, "--no-config", "-c", ask], capture_output=True, text=True, check=True
    )
    assert {line.split("\t")[0] for line in found.stdout.splitlines()} == expected


def test_every_command_and_option_is_completed(capsys):
    scripts = [said(capsys, "completion", shell)[1] for shell in ("bash", "zsh", "fish")]
    assert scripts[1].startswith("autoload -Uz bashcompinit") and scripts[0] in scripts[1]
    for level in LEVELS.values():
        assert all(word in scripts[0] for word in (*level.commands, *level.options))
        assert all(f"-l {option[2:]} " in scripts[2] for option in level.options)
