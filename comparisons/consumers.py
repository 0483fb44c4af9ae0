"""The socket of a run's page."""

import uuid

from accounts.models import User
from comparisons import services
from comparisons.feed import RunFeed
from comparisons.models import ComparisonRun
from inference.services.cancelling import cancel
from inference.watching.consumer import WatchConsumer


class ComparisonConsumer(WatchConsumer):
    def open_feed(self, user: User, *, wants_html: bool) -> RunFeed:
        run_id = self.scope["url_route"]["kwargs"]["run_id"]
        feed = RunFeed(ComparisonRun.objects.for_user(user), run_id, wants_html)
        feed.check()
        return feed

    def cancel(self, generation_id: uuid.UUID | None) -> str:
        run_id = self.scope["url_route"]["kwargs"]["run_id"]
        run = ComparisonRun.objects.for_user(self.user).filter(pk=run_id).first()
        if run is None or not _can_run(run, self.user):
            return "Your role in this team does not allow you to stop answers."
        if generation_id is None:
            services.cancel_run(run)
            return ""
        if not run.columns.current().filter(generation_id=generation_id).exists():
            return "This run has no such answer."
        cancel([generation_id])
        return ""


def _can_run(run: ComparisonRun, user: User) -> bool:
    membership = run.team.memberships.filter(user=user).first()
    return membership is not None and membership.can_run
