"""The words of a catalog: what kinds of fields, intervals and joins there are."""

from __future__ import annotations

from enum import StrEnum


class DimensionType(StrEnum):
    STRING = "string"
    NUMBER = "number"
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


class MetricType(StrEnum):
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    SUM_DISTINCT = "sum_distinct"
    AVERAGE = "average"
    AVERAGE_DISTINCT = "average_distinct"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    # Expressions over other metrics; the result's type is in the name.
    NUMBER = "number"
    STRING = "string"
    DATE = "date"
    BOOLEAN = "boolean"
    # Computed over the rows of the answer, from one other metric.
    PERCENT_OF_PREVIOUS = "percent_of_previous"
    PERCENT_OF_TOTAL = "percent_of_total"
    RUNNING_TOTAL = "running_total"


class TimeInterval(StrEnum):
    RAW = "RAW"
    YEAR = "YEAR"
    QUARTER = "QUARTER"
    MONTH = "MONTH"
    WEEK = "WEEK"
    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"
    SECOND = "SECOND"
    MILLISECOND = "MILLISECOND"
    DAY_OF_WEEK_INDEX = "DAY_OF_WEEK_INDEX"
    DAY_OF_MONTH_NUM = "DAY_OF_MONTH_NUM"
    DAY_OF_YEAR_NUM = "DAY_OF_YEAR_NUM"
    WEEK_NUM = "WEEK_NUM"
    MONTH_NUM = "MONTH_NUM"
    QUARTER_NUM = "QUARTER_NUM"
    YEAR_NUM = "YEAR_NUM"
    HOUR_OF_DAY_NUM = "HOUR_OF_DAY_NUM"
    MINUTE_OF_HOUR_NUM = "MINUTE_OF_HOUR_NUM"
    DAY_OF_WEEK_NAME = "DAY_OF_WEEK_NAME"
    MONTH_NAME = "MONTH_NAME"
    QUARTER_NAME = "QUARTER_NAME"


class JoinType(StrEnum):
    LEFT = "left"
    INNER = "inner"
    RIGHT = "right"
    FULL = "full"


class Relationship(StrEnum):
    ONE_TO_ONE = "one-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_ONE = "many-to-one"
    MANY_TO_MANY = "many-to-many"
