"""The pages of comparison runs."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import TeamRequest, team_required
from catalog.selectors import models_for_picker
from comparisons import services
from comparisons.charts import AnswerMetrics, summarise
from comparisons.filters import ComparisonRunFilter
from comparisons.forms import RunForm
from comparisons.models import Column, ComparisonRun, RunStatus
from comparisons.selectors import column_of, run_with_answers, runs_with_models
from comparisons.services import NotRetryable
from inference.models import Generation, Status
from inference.rendering.markdown import render as render_markdown
from inference.services.asking import Asker
from inference.services.cancelling import cancel

RUNS_PER_PAGE = 25


def home(request: HttpRequest) -> HttpResponse:
    return redirect("comparison-new")


@require_GET
@team_required
def run_list(request: TeamRequest) -> HttpResponse:
    runs = ComparisonRun.objects.for_team(request.membership.team)
    filters = ComparisonRunFilter(request.GET, runs_with_models(runs), request=request)
    page = Paginator(filters.qs, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "comparisons/list.html", {"filter": filters, "page_obj": page})


@require_http_methods(["GET", "POST"])
@team_required
def new_run(request: TeamRequest) -> HttpResponse:
    membership = request.membership
    form = RunForm(request.POST if request.method == "POST" else None, membership=membership)
    if request.method == "POST":
        _require_running(request)
        if form.is_valid() and form.run_request is not None:
            run = services.start_run(_asker(request), form.run_request)
            return redirect("comparison", run.id)
    else:
        form.start_from(_former_run(request))
        form.choose(request.GET.getlist("model"))
        form.go_on_from(request.GET.get("generation", ""))
    context = {
        "form": form,
        "models": models_for_picker(membership.team),
        "selected_ids": set(form.selected),
        "max_models": settings.MAX_MODELS_PER_RUN,
        "max_prompt_characters": settings.MAX_PROMPT_CHARACTERS,
    }
    return render(request, "comparisons/new.html", context, status=422 if form.errors else 200)


@require_GET
@team_required
def run_page(request: TeamRequest, run_id: uuid.UUID) -> HttpResponse:
    run = _run(request, run_id)
    columns = [RunColumn.of(column) for column in run.current_columns]
    done_count = sum(column.generation.is_finished for column in columns)
    context = {
        "run": run,
        "columns": columns,
        "done_count": done_count,
        "summary": summarise(_metrics(run)) if run.status == RunStatus.FINISHED else None,
        "can_run": request.membership.can_run,
    }
    return render(request, "comparisons/run.html", context)


@require_GET
@team_required
def run_summary(request: TeamRequest, run_id: uuid.UUID) -> HttpResponse:
    run = _run(request, run_id)
    return render(request, "comparisons/_summary.html", {"summary": summarise(_metrics(run))})


@require_POST
@team_required
def cancel_run(request: TeamRequest, run_id: uuid.UUID) -> HttpResponse:
    _require_running(request)
    services.cancel_run(_run(request, run_id))
    return redirect("comparison", run_id)


@require_POST
@team_required
def cancel_generation(request: TeamRequest, generation_id: uuid.UUID) -> HttpResponse:
    _require_running(request)
    column = _column(request, generation_id)
    cancel([column.generation_id])
    return redirect("comparison", column.run_id)


@require_POST
@team_required
def retry_generation(request: TeamRequest, generation_id: uuid.UUID) -> HttpResponse:
    _require_running(request)
    column = _column(request, generation_id)
    try:
        services.retry(_asker(request), column)
    except NotRetryable as error:
        messages.error(request, str(error))
    return redirect("comparison", column.run_id)


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A column as the page's templates read it."""

    position: int
    generation: Generation
    answer_html: str
    reasoning_html: str

    @classmethod
    def of(cls, column: Column) -> "RunColumn":
        generation = column.generation
        if not generation.is_finished:
            return cls(column.position, generation, "", "")
        return cls(
            column.position,
            generation,
            render_markdown(generation.text),
            render_markdown(generation.reasoning),
        )


def _metrics(run: ComparisonRun) -> list[AnswerMetrics]:
    return [_metrics_of(column.position, column.generation) for column in run.current_columns]


def _metrics_of(position: int, generation: Generation) -> AnswerMetrics:
    return AnswerMetrics(
        position=position,
        label=generation.model.label,
        provider=generation.model.provider.name,
        is_complete=generation.status == Status.SUCCEEDED,
        status=generation.status,
        ttft_ms=generation.ttft_ms,
        first_answer_ms=generation.first_answer_ms,
        duration_ms=generation.duration_ms,
        tokens_per_second=generation.tokens_per_second,
        prompt_tokens=generation.prompt_tokens,
        completion_tokens=generation.completion_tokens,
        cost=generation.cost,
        tokens_estimated=generation.tokens_estimated,
    )


def _former_run(request: TeamRequest) -> ComparisonRun | None:
    """The run that "Ask again" starts from, if the link names one that the person may see."""
    try:
        former = uuid.UUID(request.GET.get("from", ""))
        return run_with_answers(ComparisonRun.objects.for_user(request.user), former)
    except (ValueError, ComparisonRun.DoesNotExist):
        return None


def _asker(request: TeamRequest) -> Asker:
    return Asker(team=request.membership.team, user=request.user)


def _require_running(request: TeamRequest) -> None:
    if not request.membership.can_run:
        raise PermissionDenied("Viewers of a team may read only. Ask an owner for another role.")


def _run(request: TeamRequest, run_id: uuid.UUID) -> ComparisonRun:
    try:
        return run_with_answers(ComparisonRun.objects.for_user(request.user), run_id)
    except ComparisonRun.DoesNotExist as error:
        raise Http404("There is no such run.") from error


def _column(request: TeamRequest, generation_id: uuid.UUID) -> Column:
    try:
        return column_of(request.membership.team, generation_id)
    except Column.DoesNotExist as error:
        raise Http404("There is no such answer.") from error
