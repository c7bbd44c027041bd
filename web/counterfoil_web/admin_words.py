"""What the templates of the administration can say and draw, in the words of one language."""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from counterfoil_web import moments
from counterfoil_web.admin_facts import Enrolment, Trend
from counterfoil_web.changes import Say, say_browser
from counterfoil_web.charts import Bar, Caption, Part, mirror_bars, share_bar
from counterfoil_web.facts import Problem
from counterfoil_web.wording import Wording


def admin_words(wording: Wording, say: Say, direction: str) -> Mapping[str, Callable[..., str]]:
    """Return the functions by the names under which the templates know them."""
    words = AdminWords(wording, say, direction)
    return {
        "say_admin_problem": words.problem,
        "say_event": words.event,
        "say_kind": words.kind,
        "say_browser": words.browser,
        "say_day": words.day,
        "say_share": words.share,
        "trend_chart": words.trend_chart,
        "enrolment_chart": words.enrolment_chart,
        "recovery_chart": words.recovery_chart,
    }


class AdminWords:
    """The administration's sentences that are more than a name in the file of words."""

    __slots__ = ("_right_to_left", "_say", "_wording")

    def __init__(self, wording: Wording, say: Say, direction: str) -> None:
        """`say` is that of the language (counterfoil_web.speech): it keeps names in their place."""
        self._wording = wording
        self._say = say
        self._right_to_left = direction == "rtl"

    def problem(self, problem: Problem) -> str:
        """Say it of somebody else: "their only way in" where the person's own page says "your"."""
        name = f"admin.problem.{problem.reason}"
        if self._wording.knows(name):
            return self._say(name)
        return problem.public or self._say("problem.general")

    def event(self, what: str) -> str:
        """Say what happened; the code itself where it is newer than our words."""
        return self._known("admin.what", what)

    def kind(self, kind: str) -> str:
        """Name a kind of key or code."""
        return self._known("admin.kind", kind)

    def browser(self, user_agent: str) -> str:
        """Name a browser and its system."""
        return say_browser(self._say, user_agent)

    def day(self, at_ms: int) -> str:
        """Write the day, in UTC."""
        moment = moments.utc(at_ms)
        month = self._say(f"moment.month.{moment.month}")
        return self._say("moment.day", day=moment.day, month=month, year=moment.year)

    def share(self, number: int, whole: int) -> str:
        """Write a part in whole percent; of nothing it is no share."""
        return self._say("moment.percent", number=round(100 * number / whole if whole else 0))

    def trend_chart(self, trend: Trend) -> Markup:
        """Draw the days of one kind: signed in upwards, refused downwards."""
        say = self._say
        caption = Caption(
            f"trend-{trend.kind}",
            say("admin.overview.trend_title", kind=self.kind(trend.kind)),
            say("admin.overview.trend_desc", accepted=trend.accepted, refused=trend.refused),
            self._right_to_left,
        )
        ends = [self._short_day(day.at_ms) for day in (trend.days[0], trend.days[-1])]
        return mirror_bars(caption, [Bar(d.accepted, d.refused) for d in trend.days], *ends)

    def enrolment_chart(self, enrolment: Enrolment) -> Markup:
        """Draw how many people have no key or code, one, or more."""
        none, one, more = enrolment.none, enrolment.one, enrolment.more
        caption = Caption(
            "enrolment",
            self._say("admin.overview.enrolment_title"),
            self._say("admin.overview.enrolment_desc", none=none, one=one, more=more),
            self._right_to_left,
        )
        return share_bar(caption, (Part(more, "full"), Part(one, "hatched"), Part(none, "blank")))

    def recovery_chart(self, enrolment: Enrolment) -> Markup:
        """Draw how many people have recovery codes."""
        number, rest = enrolment.recovery, enrolment.people - enrolment.recovery
        caption = Caption(
            "recovery",
            self._say("admin.overview.recovery_title"),
            self._say("admin.overview.recovery_desc", number=number, rest=rest),
            self._right_to_left,
        )
        return share_bar(caption, (Part(number, "full"), Part(rest, "blank")))

    def _short_day(self, at_ms: int) -> str:
        moment = moments.utc(at_ms)
        month = self._say(f"moment.month.{moment.month}")
        return self._say("moment.short_day", day=moment.day, month=month)

    def _known(self, group: str, code: str) -> str:
        name = f"{group}.{code}"
        return self._say(name) if self._wording.knows(name) else code
