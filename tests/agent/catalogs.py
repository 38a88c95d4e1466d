"""A catalog of another trade than the demo's, with other habits: subscriptions and support of a software company.

Labels are terse, dates are timestamps, some tables carry modelling prefixes; nothing here is known to the planner.
"""

from __future__ import annotations

from vitrail.catalog.model import (
    Catalog,
    Dimension,
    DimensionType,
    Explore,
    ExploreName,
    Format,
    Join,
    Metric,
    MetricType,
    Origin,
    Relationship,
    Table,
    TableName,
    TimeInterval,
)

_INTERVALS = (TimeInterval.DAY, TimeInterval.WEEK, TimeInterval.MONTH, TimeInterval.QUARTER, TimeInterval.YEAR)


def _dimension(table: str, name: str, label: str, kind: str = "string", about: str | None = None) -> list[Dimension]:
    """A dimension; a date with its intervals."""
    base = Dimension(name, TableName(table), DimensionType(kind), f"${{TABLE}}.{name}", label, about)
    if kind not in ("date", "timestamp"):
        return [base]
    return [
        base,
        *(
            Dimension(
                f"{name}_{interval.lower()}",
                TableName(table),
                DimensionType.DATE,
                base.sql,
                f"{label} {interval.lower()}",
                interval=interval,
                base=name,
            )
            for interval in _INTERVALS
        ),
    ]


def _metric(table: str, name: str, label: str, kind: str, about: str | None = None, form: str | None = None) -> Metric:
    return Metric(
        name,
        TableName(table),
        MetricType(kind),
        f"${{TABLE}}.{name}",
        label,
        about,
        format=Format(form) if form else None,
    )


def _table(name: str, label: str, dimensions: list[list[Dimension]], metrics: list[Metric], key: str) -> Table:
    return Table(
        TableName(name),
        label,
        f'"saas"."{name}"',
        {d.name: d for group in dimensions for d in group},
        {m.name: m for m in metrics},
        Origin(name),
        primary_key=(key,),
    )


def _join(table: str, on: str) -> Join:
    return Join(TableName(table), on, relationship=Relationship.MANY_TO_ONE)


def _explore(base: Table, *joined: tuple[Table, str]) -> Explore:
    tables = {base.name: base, **{t.name: t for t, _ in joined}}
    return Explore(ExploreName(base.name), base.label, base.name, tables, tuple(_join(t.name, on) for t, on in joined))


def saas_catalog() -> Catalog:
    accounts = _table(
        "dim_accounts",
        "Accounts",
        [
            _dimension("dim_accounts", "account_id", "Account ID"),
            _dimension("dim_accounts", "account_name", "Account name"),
            _dimension("dim_accounts", "industry", "Industry"),
            _dimension("dim_accounts", "country", "Country"),
            _dimension("dim_accounts", "company_size", "Company size", about="Small, Mid-market or Enterprise."),
            _dimension("dim_accounts", "is_trial", "Is trial", "boolean"),
            _dimension("dim_accounts", "signed_up_at", "Signed up at", "timestamp"),
        ],
        [
            _metric("dim_accounts", "account_count", "Accounts", "count_distinct", "Number of accounts."),
            _metric("dim_accounts", "average_seats", "Avg seats", "average"),
            _metric("dim_accounts", "trial_conversion_rate", "Trial conversion rate", "number", form="percent"),
        ],
        "account_id",
    )
    subscriptions = _table(
        "fct_subscriptions",
        "Subscriptions",
        [
            _dimension("fct_subscriptions", "subscription_id", "Subscription ID"),
            _dimension("fct_subscriptions", "plan", "Plan", about="Starter, Team or Business."),
            _dimension("fct_subscriptions", "billing_interval", "Billing interval"),
            _dimension("fct_subscriptions", "cancellation_reason", "Cancellation reason"),
            _dimension("fct_subscriptions", "started_at", "Started at", "timestamp"),
            _dimension("fct_subscriptions", "cancelled_at", "Cancelled at", "timestamp"),
        ],
        [
            _metric("fct_subscriptions", "mrr", "MRR", "sum", "Monthly recurring revenue.", "usd"),
            _metric("fct_subscriptions", "arr", "ARR", "number", "Annual recurring revenue.", "usd"),
            _metric("fct_subscriptions", "subscription_count", "Subscriptions", "count"),
            _metric("fct_subscriptions", "active_subscriptions", "Active subscriptions", "count"),
            _metric("fct_subscriptions", "churned_subscriptions", "Churned subscriptions", "count"),
            _metric("fct_subscriptions", "churn_rate", "Churn rate", "number", form="percent"),
            _metric("fct_subscriptions", "arpa", "Average revenue per account", "number", form="usd"),
        ],
        "subscription_id",
    )
    agents = _table(
        "dim_agents",
        "Agents",
        [
            _dimension("dim_agents", "agent_id", "Agent ID"),
            _dimension("dim_agents", "agent_name", "Agent name"),
            _dimension("dim_agents", "team", "Team"),
        ],
        [_metric("dim_agents", "agent_count", "Number of agents", "count")],
        "agent_id",
    )
    tickets = _table(
        "fct_tickets",
        "Support tickets",
        [
            _dimension("fct_tickets", "ticket_id", "Ticket ID"),
            _dimension("fct_tickets", "priority", "Priority"),
            _dimension("fct_tickets", "status", "Status", about="open, pending or solved"),
            _dimension("fct_tickets", "channel", "Channel", about="email, chat or phone"),
            _dimension("fct_tickets", "topic", "Topic"),
            _dimension("fct_tickets", "is_escalated", "Is escalated", "boolean"),
            _dimension("fct_tickets", "opened_at", "Opened at", "timestamp"),
            _dimension("fct_tickets", "closed_at", "Closed at", "timestamp"),
        ],
        [
            _metric("fct_tickets", "ticket_count", "Ticket count", "count"),
            _metric("fct_tickets", "open_tickets", "Open tickets", "count"),
            _metric("fct_tickets", "first_response_hours", "Avg first response time (h)", "average"),
            _metric("fct_tickets", "resolution_hours", "Avg time to resolution (h)", "average"),
            _metric("fct_tickets", "csat", "CSAT score", "average", "Customer satisfaction from 1 to 5."),
            _metric("fct_tickets", "escalation_rate", "Escalation rate", "number", form="percent"),
        ],
        "ticket_id",
    )
    explores = [
        _explore(accounts),
        _explore(subscriptions, (accounts, "${fct_subscriptions.account_id} = ${dim_accounts.account_id}")),
        _explore(agents),
        _explore(
            tickets,
            (accounts, "${fct_tickets.account_id} = ${dim_accounts.account_id}"),
            (agents, "${fct_tickets.agent_id} = ${dim_agents.agent_id}"),
        ),
    ]
    return Catalog({e.name: e for e in explores}, "saas")


SAAS_VALUES = {
    "dim_accounts_industry": ["Healthcare", "Retail", "Finance"],
    "dim_accounts_country": ["Germany", "France", "United States"],
    "dim_accounts_company_size": ["Small", "Mid-market", "Enterprise"],
    "fct_subscriptions_plan": ["Starter", "Team", "Business"],
    "fct_subscriptions_billing_interval": ["monthly", "yearly"],
    "fct_tickets_priority": ["low", "normal", "urgent"],
    "fct_tickets_status": ["open", "pending", "solved"],
    "fct_tickets_channel": ["email", "chat", "phone"],
    "dim_agents_team": ["Tier 1", "Tier 2"],
}
"""What the data would answer when it is asked for the values of a dimension."""
