"""The visit plan: every firm once, by team, in a short order of cities; its rings of distance."""

import math
import re
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmatch.errors import ProfileError
from chainmatch.places.divisions import divisions
from chainmatch.places.locating import Place, distance_km, offset_km
from chainmatch.profile import read_profile
from chainmatch.report.visitmap import _DOT, _GAP, _apart, _placed, visit_map
from chainmatch.report.visits import shortest_round, visit_plan
from report_run import hostile_run

HOME = Place("陕西", "商洛", "镇安")
CITIES = [
    Place(*unit) for unit in dict.fromkeys((d.province, d.city) for d in divisions() if d.lon)
]
CITIES = [place for place in CITIES if distance_km(HOME, place) is not None]


def length(places, order):
    return math.fsum(distance_km(places[a], places[b]) for a, b in pairwise([*order, order[0]]))


def placed(world, cities, **profile):
    """The run of the tea world with its firms (best first) in other cities."""
    run = hostile_run(world.but(profile=world.profile_with(**profile)) if profile else world)
    firms = run.candidates.firms
    for firm, place in zip(run.shortlist["firm_id"], cities, strict=False):
        here = firms["firm_id"] == firm
        firms.loc[here, ["province", "city", "county"]] = place[:3]
        run.shortlist.loc[run.shortlist["firm_id"] == firm, "zone"] = place.zone
    return run


def test_every_firm_is_visited_once_on_one_journey(world):
    run = hostile_run(world)
    plan = visit_plan(run)
    ranks = [firm["rank"] for journey in plan for stop in journey.stops for firm in stop.firms]
    assert sorted(ranks) == run.shortlist["rank"].tolist()
    assert sum(journey.visited for journey in plan) == len(run.shortlist)


def test_what_nobody_can_find_comes_last_and_has_no_distance(world):
    cities = [Place("浙江"), Place("浙江", "杭州"), Place("河南", "郑州")]
    (journey,) = visit_plan(placed(world, cities))
    last = journey.stops[-1]
    assert (last.province, last.city, last.km, last.day) == ("浙江", "城市不详", None, None)
    assert all(stop.km is not None for stop in journey.stops[:-1])


def test_days_are_ways_and_visits_added_up(world):
    run = placed(
        world,
        [Place("浙江", "杭州", "", "长三角")] * 3,
        travel={"firms_per_day": 1, "km_per_day": 1e12},
    )
    (journey,) = visit_plan(run)
    assert (journey.visited, journey.days, journey.stops[0].day) == (3, 3, 1)
    there = distance_km(world.profile.place, Place("浙江", "杭州"))
    assert journey.stops[0].km == there and journey.km == pytest.approx(2 * there)
    far = placed(
        world,
        [Place("浙江", "杭州", "", "长三角")] * 3,
        travel={"firms_per_day": 1e6, "km_per_day": there},
    )
    (journey,) = visit_plan(far)
    assert (journey.days, journey.stops[0].day) == (3, 2)  # two ways of a day, a little for visits


def test_teams_go_in_the_order_of_the_profile_each_from_its_base(world):
    shanghai = {"province": "上海", "city": "上海"}
    teams = [
        {"name": "甲队", "zones": ["粤港澳"]},
        {"name": "乙队", "zones": ["长三角", "其他地区"], "base": shanghai},
    ]
    cities = [
        Place("浙江", "杭州", "", "长三角"),
        Place("河南", "郑州", "", ""),
        Place("四川", "成都", "", "成渝"),
    ]
    run = placed(world, cities, teams=teams)
    plan = visit_plan(run)
    assert [journey.name for journey in plan] == ["乙队", "成渝"]
    assert [journey.base for journey in plan] == ["上海", "陕西商洛镇安"][: len(plan)]
    assert {stop.city for stop in plan[0].stops} == {"杭州", "郑州"}
    first = plan[0].stops[0]
    assert first.km == distance_km(Place("上海", "上海"), first.at)


@given(st.lists(st.sampled_from(CITIES), max_size=5, unique=True))
def test_a_short_round_is_hardly_longer_than_the_shortest(places):
    places = [HOME, *places]
    order = shortest_round(places)
    assert order[0] == 0 and sorted(order) == list(range(len(places)))
    best = min(length(places, [0, *rest]) for rest in permutations(range(1, len(places))))
    assert best - 1e-6 <= length(places, order) <= 1.15 * best + 1e-6


@given(st.sampled_from(CITIES), st.sampled_from(CITIES))
def test_an_offset_is_as_long_as_the_way(a, b):
    assert math.hypot(*offset_km(a, b)) == pytest.approx(distance_km(a, b), abs=1e-6)


def test_offsets_point_where_the_places_lie():
    east, north = offset_km(HOME, Place("北京", "北京"))
    assert east > 300 and north > 500
    east, north = offset_km(HOME, Place("广东", "广州"))
    assert north < -1000 and 0 < east < 500
    assert offset_km(HOME, Place("浙江", "")) is None


points = st.lists(
    st.tuples(st.floats(60, 500), st.floats(60, 500)), min_size=2, max_size=8
)  # fmt: skip


@given(points)
def test_dots_do_not_cover_each_other_and_home_stays(found):
    moved = _apart(found)
    assert moved[0] == found[0]
    ways = [math.dist(a, b) for at, a in enumerate(moved) for b in moved[:at]]
    assert min(ways) > _GAP * 0.8 >= 1.5 * _DOT


@given(points)
def test_labels_stay_in_the_picture(found):
    for x, y in _placed(["某某市 1家"] * len(found), found, (560.0, 560.0)):
        assert 0 <= x <= 560 and 0 <= y <= 560


def test_the_picture_names_every_known_city_and_draws_no_border(world):
    run = hostile_run(world)
    plan = visit_plan(run)
    picture = visit_map(run, plan)
    known = [stop for journey in plan for stop in journey.stops if stop.km is not None]
    assert known and all(f"{stop.city} {len(stop.firms)}家" in picture for stop in known)
    assert picture.count('class="stop"') == len(known)
    assert re.findall(r"[\d,]+公里", picture) and "<script" not in picture
    nowhere = placed(world, [Place("", "", "", "")] * 3)
    assert visit_map(nowhere, visit_plan(nowhere)) == ""


@pytest.mark.parametrize(
    ("teams", "said"),
    [
        ("[{name: 甲, zones: [江湖]}]", "不认识的片区"),
        ("[{name: 甲, zones: []}]", "内容不能为空"),
        ("[{name: 甲, zones: [成渝]}, {name: 乙, zones: [成渝]}]", "“成渝”已有别的队伍去"),
        ("[{name: 甲, zones: [成渝], base: {province: 上海, city: 某某}}]", "不认识的地方“某某”"),
        ("甲队", "teams"),
    ],
)
def test_a_wrong_team_is_named_with_its_line(tmp_path, teams, said):
    file = tmp_path / "p.yaml"
    file.write_text(f"name: 县\nhome: {{province: 陕西, city: 商洛}}\nteams: {teams}\n", "utf-8")
    with pytest.raises(ProfileError, match=r"p\.yaml:3：") as caught:
        read_profile(file)
    assert said in str(caught.value)


def test_the_bundled_teams_cover_what_they_should():
    profile = read_profile()
    assert profile.team_of("长三角").name == "长三角小分队"
    assert profile.team_of("") is profile.team_of("关中")
    assert read_profile(None).travel.firms_per_day == 3
